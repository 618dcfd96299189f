"""What many checks know: a table per topic, with its sources. Knowledge is data; the checks only look it up."""
