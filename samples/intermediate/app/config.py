from functools import lru_cache
from typing import Literal

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

INSECURE_KEY = "change-me-before-this-goes-to-production"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")

    environment: Literal["local", "production"] = "local"
    database_url: str = "sqlite:///./stockroom.db"
    secret_key: str = INSECURE_KEY
    access_token_minutes: int = 60 * 8
    cors_origins: list[str] = ["http://localhost:3000"]

    shipping_url: str = "https://api.parcelfast.example"
    shipping_api_key: str = ""

    smtp_host: str = ""
    smtp_port: int = 25
    mail_from: str = "orders@stockroom.example"

    @model_validator(mode="after")
    def check_secret_key(self):
        if self.environment == "production" and self.secret_key == INSECURE_KEY:
            raise ValueError("SECRET_KEY must be set in production")
        return self


@lru_cache
def get_settings() -> Settings:
    return Settings()
