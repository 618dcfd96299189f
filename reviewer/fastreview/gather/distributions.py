"""Which distribution brings which module, where their names differ. Source: the distributions' own top-level names."""

import re

_DISTRIBUTIONS = {
    "apiclient": "google-api-python-client",
    "arango": "python-arango",
    "argon2": "argon2-cffi",
    "attr": "attrs",
    "barcode": "python-barcode",
    "box": "python-box",
    "bs4": "beautifulsoup4",
    "bson": "pymongo",
    "can": "python-can",
    "cassandra": "cassandra-driver",
    "consul": "python-consul",
    "crontab": "python-crontab",
    "Crypto": "pycryptodome",
    "Cryptodome": "pycryptodomex",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "decouple": "python-decouple",
    "discord": "discord.py",
    "distutils": "setuptools",
    "dns": "dnspython",
    "docx": "python-docx",
    "dogpile": "dogpile.cache",
    "dotenv": "python-dotenv",
    "elasticapm": "elastic-apm",
    "engineio": "python-engineio",
    "environ": "django-environ",
    "factory": "factory-boy",
    "faiss": "faiss-cpu",
    "fastapi_cache": "fastapi-cache2",
    "ffmpeg": "ffmpeg-python",
    "fitz": "pymupdf",
    "fpdf": "fpdf2",
    "gi": "pygobject",
    "git": "gitpython",
    "github": "pygithub",
    "gitlab": "python-gitlab",
    "gnupg": "python-gnupg",
    "google.auth": "google-auth",
    "google.oauth2": "google-auth",
    "google.protobuf": "protobuf",
    "googleapiclient": "google-api-python-client",
    "graphql": "graphql-core",
    "gridfs": "pymongo",
    "grpc": "grpcio",
    "haystack": "haystack-ai",
    "hydra": "hydra-core",
    "imblearn": "imbalanced-learn",
    "jenkins": "python-jenkins",
    "jose": "python-jose",
    "jsonrpc": "json-rpc",
    "jwt": "pyjwt",
    "kafka": "kafka-python",
    "keycloak": "python-keycloak",
    "ldap": "python-ldap",
    "Levenshtein": "levenshtein",
    "llama_index": "llama-index",
    "logging_loki": "python-logging-loki",
    "magic": "python-magic",
    "markdown_it": "markdown-it-py",
    "memcache": "python-memcached",
    "mpl_toolkits": "matplotlib",
    "multipart": "python-multipart",
    "mysql": "mysql-connector-python",
    "mysql.connector": "mysql-connector-python",
    "MySQLdb": "mysqlclient",
    "nacl": "pynacl",
    "nats": "nats-py",
    "nmap": "python-nmap",
    "odf": "odfpy",
    "onelogin": "python3-saml",
    "opensearchpy": "opensearch-py",
    "OpenSSL": "pyopenssl",
    "opentelemetry": "opentelemetry-sdk",
    "opentelemetry.api": "opentelemetry-api",
    "pdfminer": "pdfminer.six",
    "PIL": "pillow",
    "pkg_resources": "setuptools<81",
    "pptx": "python-pptx",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "psycopg_pool": "psycopg[pool]",
    "pulsar": "pulsar-client",
    "pyArango": "pyarango",
    "pythoncom": "pywin32",
    "pythonjsonlogger": "python-json-logger",
    "pywintypes": "pywin32",
    "rapidjson": "python-rapidjson",
    "rest_framework": "djangorestframework",
    "ruamel": "ruamel.yaml",
    "saml2": "pysaml2",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "snowflake.connector": "snowflake-connector-python",
    "snowflake.sqlalchemy": "snowflake-sqlalchemy",
    "socketio": "python-socketio",
    "speech_recognition": "speechrecognition",
    "statemachine": "python-statemachine",
    "stomp": "stomp.py",
    "strawberry": "strawberry-graphql",
    "telegram": "python-telegram-bot",
    "tlsh": "py-tlsh",
    "tortoise": "tortoise-orm",
    "ulid": "python-ulid",
    "umap": "umap-learn",
    "usb": "pyusb",
    "vertexai": "google-cloud-aiplatform",
    "weaviate": "weaviate-client",
    "websocket": "websocket-client",
    "whisper": "openai-whisper",
    "whois": "python-whois",
    "win32api": "pywin32",
    "win32com": "pywin32",
    "yaml": "pyyaml",
    "z3": "z3-solver",
    "zmq": "pyzmq",
}

# Packages that many distributions share, each with its own part: how many words of the module name its name.
_NAMESPACES = (
    ("opentelemetry.instrumentation", 3),
    ("opentelemetry.exporter", 5),
    ("opentelemetry.propagators", 3),
    ("google", 3),
    ("azure", 3),
    ("zope", 2),
    ("jaraco", 2),
)

WITH_WHEELS = {
    "psycopg2": "psycopg2-binary",
    "psycopg-c": "psycopg-binary",
    "opencv-python": "opencv-python-headless",
    "ruamel-yaml-clib": "ruamel.yaml.clib",
    "fasttext": "fasttext-wheel",
    "pycrypto": "pycryptodome",
    "sklearn": "scikit-learn",
    "bs4": "beautifulsoup4",
}
"""Packages that have to be built, or have become empty, and those that bring the same modules as wheels."""

STAND_INS = {"mysqlclient": "pymysql"}
"""Packages that need a library of the system, and those that can take their place where it is missing."""

STANDING_IN = {
    "mysqlclient": {
        "MySQLdb.py": (
            "import sys\n\nimport pymysql\n\npymysql.version_info = (2, 2, 4, 'final', 0)\npymysql.__version__ = '2.2.4'\n"
            "pymysql.install_as_MySQLdb()\nsys.modules[__name__] = pymysql\n"
        )
    }
}
"""Files that give what takes a package's place the name that it is imported by. Source: PyMySQL, ``install_as_MySQLdb``."""

SLOW_BUILDS = frozenset(
    [
        "aiohttp",
        "asyncpg",
        "bcrypt",
        "blis",
        "cffi",
        "confluent-kafka",
        "cryptography",
        "cymem",
        "cython",
        "duckdb",
        "faiss-cpu",
        "gevent",
        "greenlet",
        "grpcio",
        "grpcio-tools",
        "h5py",
        "hiredis",
        "httptools",
        "jiter",
        "lxml",
        "matplotlib",
        "maxminddb",
        "msgpack",
        "murmurhash",
        "netcdf4",
        "numba",
        "numpy",
        "onnxruntime",
        "opencv-python-headless",
        "orjson",
        "pandas",
        "pillow",
        "polars",
        "preshed",
        "psycopg-binary",
        "psycopg2-binary",
        "pyarrow",
        "pycryptodome",
        "pydantic-core",
        "pymongo",
        "pymssql",
        "pynacl",
        "pyodbc",
        "pyproj",
        "pyyaml",
        "pyzmq",
        "rapidfuzz",
        "regex",
        "rpds-py",
        "safetensors",
        "scikit-image",
        "scikit-learn",
        "scipy",
        "shapely",
        "spacy",
        "spacy-legacy",
        "srsly",
        "tables",
        "thinc",
        "tiktoken",
        "tokenizers",
        "tree-sitter",
        "ujson",
        "uvloop",
        "watchfiles",
        "yarl",
        "zstandard",
    ]
)
"""Packages with wheels whose builds take minutes, or need compilers of several languages."""

_CONDA = {
    "docker-py": "docker",
    "pytorch": "torch",
    "pytorch-cpu": "torch",
    "msgpack-python": "msgpack",
    "python-kafka": "kafka-python",
    "psycopg2": "psycopg2-binary",
    "opencv": "opencv-python-headless",
    "matplotlib-base": "matplotlib",
    "tensorflow-base": "tensorflow",
    "faiss": "faiss-cpu",
    "importlib_metadata": "importlib-metadata",
    "uvicorn-standard": "uvicorn[standard]",
    "fastapi-core": "fastapi",
    "ray-serve": "ray",
}
_CONDA_ONLY = re.compile(
    r"lib(?!cst|rosa|sass|tmux|torrent).*|pip|setuptools|wheel|python_abi|nodejs|cuda.*|cudatoolkit|mkl|nomkl|blas|openssl|gcc.*"
    r"|gxx.*|clang.*|compilers?|c-compiler|cxx-compiler|make|cmake|git|ffmpeg|postgresql|redis-server|tk|zlib|xz|readline"
    r"|sqlite|ca-certificates|conda.*|mamba|ld_impl.*|openmp|llvm-openmp|_libgcc_mutex|_openmp_mutex|bzip2|ncurses|yaml|icu"
)

MEGABYTES = {
    "torch": 4_500,
    "tensorflow": 1_800,
    "tensorflow-cpu": 1_000,
    "jaxlib": 350,
    "jax-cuda12-plugin": 300,
    "vllm": 5_500,
    "paddlepaddle": 700,
    "paddlepaddle-gpu": 3_000,
    "mxnet": 900,
    "triton": 600,
    "bitsandbytes": 400,
    "xformers": 600,
    "onnxruntime-gpu": 700,
    "pyspark": 450,
    "cupy-cuda12x": 500,
}
"""What the heaviest packages take when installed for Linux, the packages that only they need included."""


def distribution(module: str) -> str:
    """The requirement that most likely brings ``module``, by its longest known beginning, else by its own name."""
    parts = module.split(".")
    for length in range(len(parts), 1, -1):
        if found := _DISTRIBUTIONS.get(".".join(parts[:length])):
            return found
    for namespace, length in _NAMESPACES:
        if module.startswith(f"{namespace}."):
            return "-".join(parts[:length]).replace("_", "-")
    return _DISTRIBUTIONS.get(parts[0]) or parts[0].replace("_", "-")


def from_conda(name: str) -> str:
    """The package index's name of a conda package; "" for what is no Python package."""
    return "" if _CONDA_ONLY.fullmatch(name) else _CONDA.get(name, name)


def distribution_name(requirement: str) -> str:
    """The normalised name (PEP 503) at the beginning of a PEP 508 requirement."""
    found = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""
