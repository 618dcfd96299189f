from fastreview.cli import main

main()
