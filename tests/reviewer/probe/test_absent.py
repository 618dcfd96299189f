"""Code that asks for packages which are not there, imported with what stands for them."""

import subprocess
import sys

PROGRAM = """
import abc, inspect
from typing import Generic, Optional, TypeVar
from fastreview.probe.absent import stand_in_for
stand_in_for(["lost_torch"])

import lost_torch
import lost_torch.nn.functional as F
from lost_torch import *
from lost_torch.errors import LostError, decorator, session
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
try:
    import other_lost
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("only what is named is stood in for")

class Net(lost_torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.layer = lost_torch.nn.Linear(size, 2)
        self.to(lost_torch.device("cpu"))

class Mixed(lost_torch.Mixin, BaseModel):
    size: int = 1

class Own(LostError): ...

class Body(BaseModel):
    tensor: lost_torch.Tensor
    several: list[lost_torch.Tensor] | None = None

@decorator
def plain(x): return x + 1

@decorator(retries=3)
def configured(x): return x + 2

assert (plain(1), configured(1)) == (2, 3)
assert Net(3).layer.weight.shape[0] + 1 is not None
assert not lost_torch.cuda.is_available() and not list(F.relu(1)) and not isinstance(1, lost_torch.Tensor)
assert Mixed().size == 1 and issubclass(Own, Exception) and lost_torch.__version__ == "0.0.0"
assert lost_torch.float16 | None is not None and Optional[lost_torch.Tensor]
with lost_torch.no_grad(): pass

app = FastAPI()

@app.post("/items", response_model=lost_torch.Answer)
async def create(body: Body, user: lost_torch.User = Depends(lost_torch.current_user)) -> lost_torch.Tensor: ...

operation = app.openapi()["paths"]["/items"]["post"]
assert "parameters" not in operation, operation
assert set(operation["requestBody"]["content"]) == {"application/json"}
try:
    raise LostError("x")
except lost_torch.Other if False else LostError:
    pass
"""


def test_whatever_is_asked_of_an_absent_package_is_answered() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
