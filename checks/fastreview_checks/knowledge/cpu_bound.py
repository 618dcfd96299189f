"""Calls that compute for long: tens of milliseconds and more, in which the event loop answers nobody.

Names as in `blocking`. Orders of magnitude: bcrypt at cost 12 takes about 250 ms, argon2id with its defaults about 40 ms, a
spreadsheet of ten thousand rows seconds. What depends on size alone (``json``, regular expressions) is left out. Sources:
the libraries' documentation.
"""

from typing import NamedTuple


class Heavy(NamedTuple):
    """``does`` reads after the call's name. ``small`` work may be over in a moment: what it is given decides."""

    does: str
    calls: tuple[str, ...]
    small: bool = False


_HASHES = ("hash", "verify", "verify_and_update", "encrypt", "identify_and_verify")
_READS = ("csv", "excel", "parquet", "json", "html", "xml", "feather", "stata", "sas", "table", "fwf")
_WRITES = ("csv", "excel", "parquet", "html", "feather", "xml")

HEAVY = (
    Heavy(
        "is slow on purpose (passwords)",
        (
            "bcrypt.hashpw", "bcrypt.checkpw", "bcrypt.kdf", "hashlib.pbkdf2_hmac", "hashlib.scrypt",
            *(f"passlib.context.CryptContext.{m}" for m in _HASHES),
            *(f"passlib.hash.{scheme}.{m}" for scheme in ("bcrypt", "argon2", "pbkdf2_sha256", "scrypt", "sha256_crypt",
              "sha512_crypt", "bcrypt_sha256") for m in _HASHES),
            *(f"argon2.PasswordHasher.{m}" for m in _HASHES), *(f"argon2.low_level.{m}" for m in ("hash_secret", "verify_secret")),
            *(f"pwdlib.PasswordHash.{m}" for m in _HASHES), *(f"fastapi_users.password.PasswordHelper.{m}" for m in _HASHES),
            "werkzeug.security.generate_password_hash", "werkzeug.security.check_password_hash",
            "django.contrib.auth.hashers.make_password", "nacl.pwhash.str", "nacl.pwhash.verify",
        ),
    ),
    Heavy(
        "makes a key pair, which takes long",
        (
            "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key",
            "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key",
            "cryptography.hazmat.primitives.asymmetric.dh.generate_parameters", "Crypto.PublicKey.RSA.generate", "rsa.newkeys",
        ),
    ),
    Heavy(
        "computes on a whole image",
        (
            *(f"PIL.Image.Image.{m}" for m in ("resize", "thumbnail", "save", "rotate", "filter", "quantize", "transform")),
            "PIL.ImageOps.fit", "PIL.ImageOps.exif_transpose", "PIL.ImageOps.contain",
            *(f"cv2.{m}" for m in ("imread", "imdecode", "imencode", "imwrite", "resize", "GaussianBlur", "dnn.readNet")),
            "pytesseract.image_to_string", "pytesseract.image_to_data", "easyocr.Reader", "easyocr.Reader.readtext",
            "pdf2image.convert_from_bytes", "pdf2image.convert_from_path",
        ),
    ),
    Heavy(
        "works through a whole table",
        (
            *(f"pandas.read_{m}" for m in _READS), *(f"polars.read_{m}" for m in _READS),
            *(f"pandas.DataFrame.to_{m}" for m in _WRITES), "openpyxl.load_workbook", "openpyxl.Workbook.save",
            "xlrd.open_workbook", "pyarrow.parquet.read_table", "pyarrow.csv.read_csv",
        ),
    ),
    Heavy(
        "works through a whole document",
        (
            "weasyprint.HTML.write_pdf", "pypdf.PdfReader", "PyPDF2.PdfReader", "pdfplumber.open", "fitz.open", "pymupdf.open",
            "docx.Document", "pptx.Presentation", "reportlab.platypus.SimpleDocTemplate.build", "fpdf.FPDF.output",
            "xhtml2pdf.pisa.CreatePDF", "pdfminer.high_level.extract_text", "matplotlib.pyplot.savefig",
            "matplotlib.figure.Figure.savefig", "markitdown.MarkItDown.convert",
        ),
    ),
    Heavy(
        "loads or runs a model",
        (
            "sentence_transformers.SentenceTransformer", "sentence_transformers.SentenceTransformer.encode",
            "sentence_transformers.CrossEncoder.predict", "transformers.pipeline", "torch.load", "joblib.load", "spacy.load",
            "whisper.load_model", "tensorflow.keras.models.load_model", "keras.models.load_model", "xgboost.Booster.predict",
            "ultralytics.YOLO", "ultralytics.YOLO.predict", "sklearn.model_selection.cross_val_score",
        ),
    ),
    Heavy(
        "compresses everything at once",
        (
            "zlib.compress", "gzip.compress", "bz2.compress", "lzma.compress", "brotli.compress", "zlib.decompress",
            "gzip.decompress", "bz2.decompress", "lzma.decompress",
        ),
        small=True,
    ),
)  # fmt: skip

BY_NAME = {call: group for group in HEAVY for call in group.calls}
METHODS = frozenset(name.rpartition(".")[2] for name in BY_NAME)
