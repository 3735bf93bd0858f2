"""What all parts of a scenario share: they are read from YAML, and unknown words are refused."""

from mashumaro.config import BaseConfig
from mashumaro.mixins.dict import DataClassDictMixin


class Spec(DataClassDictMixin):
    """A part of a scenario."""

    class Config(BaseConfig):
        """How it is read."""

        forbid_extra_keys = True
