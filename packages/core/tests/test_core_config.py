"""Config keys, what they require, and copies that change by themselves."""

from __future__ import annotations

from importlib import metadata

import pytest
from pyinfra.api import Config, HiddenValue
from pyinfra.api.config import config_defaults
from pyinfra.api.exceptions import ConfigError


class TestKeys:
    def test_defaults(self):
        config = Config()
        assert {key: getattr(config, key) for key in config_defaults} == config_defaults

    def test_an_unknown_key_is_named_with_those_that_are_known(self):
        with pytest.raises(ConfigError, match=r"unknown config: SUOD \(known: .*SUDO"):
            Config(SUOD=True)

    def test_keys_are_set_at_once_or_later(self):
        config = Config(SUDO=True, SHELL="bash")
        config.SUDO_USER = "pg"
        assert (config.SUDO, config.SHELL, config.SUDO_USER, Config().SUDO) == (True, "bash", "pg", False)


class TestTypes:
    @pytest.mark.parametrize(
        ("key", "value", "text"),
        [
            ("SUDO", "yes", "bool, not 'yes'"),
            ("PARALLEL", "5", "int, not '5'"),
            ("RETRY", True, "int, not True"),
            ("SHELL", ["bash"], r"str, not \['bash'\]"),
            ("INHERIT_ENV", "PATH", r"Sequence\[str\], not 'PATH'"),
            ("FAIL_PERCENT", "10", r"int \| float \| None, not '10'"),
            ("FACT_MISSING_COMMAND", "riase", "'default' or 'raise', not 'riase'"),
            ("REQUIRE_PYINFRA_VERSION", 3, r"str \| None, not 3"),
            ("SUDO_PASSWORD", 73737373, r"str \| HiddenValue \| None, not a int"),
        ],
    )
    def test_the_wrong_ones_are_refused_at_once_or_later(self, key, value, text):
        with pytest.raises(ConfigError, match=f"^config {key} must be {text}$"):
            Config(**{key: value})
        config = Config()
        with pytest.raises(ConfigError, match=f"^config {key} must be {text}$"):
            setattr(config, key, value)
        assert getattr(config, key) == config_defaults[key]

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("FAIL_PERCENT", 12.5), ("RETRY_DELAY", 0.5), ("CONNECT_TIMEOUT", 1), ("INHERIT_ENV", {"PATH"}),
            ("INHERIT_ENV", ("PATH",)), ("SU_SHELL", True), ("SU_SHELL", "zsh"), ("SHELL", None), ("TEMP_DIR", None),
            ("SUDO_PASSWORD", HiddenValue("canary-config")), ("FACT_MISSING_COMMAND", "raise"),
        ],
    )  # fmt: skip
    def test_right_ones(self, key, value):
        assert getattr(Config(**{key: value}), key) == value

    @pytest.mark.parametrize("key", config_defaults)
    def test_defaults_are_of_their_types(self, key):
        Config(**{key: config_defaults[key]})


class TestCopies:
    def test_a_copy_changes_by_itself(self):
        config = Config(SUDO=True, INHERIT_ENV=["LANG"])
        copy = config.copy()
        copy.SUDO = False
        copy.INHERIT_ENV.append("HOME")
        assert (config.SUDO, config.INHERIT_ENV) == (True, ["LANG"])
        config.SHELL = "bash"
        assert copy.SHELL == "sh"

    def test_copies_share_what_none_of_them_changes(self):
        config = Config()
        copy = config.copy()
        assert vars(copy) is vars(config)
        first, second = copy.copy(), copy.copy()
        first.SUDO = True
        second.SUDO_USER = "pg"
        assert (config.SUDO, copy.SUDO, second.SUDO, copy.SUDO_USER) == (False, False, False, None)
        assert (first.SUDO, second.SUDO_USER) == (True, "pg")

    def test_a_key_that_is_taken_out_of_a_copy_stays_in_the_other(self):
        config = Config(SUDO=True)
        copy = config.copy()
        del copy.SUDO
        assert (copy.SUDO, config.SUDO) == (False, True)
        with pytest.raises(AttributeError, match="SUDO"):
            del copy.SUDO

    def test_a_state_that_is_set_is_no_other_copys(self):
        config = Config()
        copy = config.copy()
        copy.set_current_state([("SUDO", True)])
        copy.lock_current_state()
        assert (copy.SUDO, config.SUDO) == (True, False)
        config.reset_locked_state()
        assert copy.SUDO

    def test_a_lock_gives_back_what_was(self):
        config = Config(INHERIT_ENV=["LANG"])
        config.lock_current_state()
        config.SUDO = True
        config.INHERIT_ENV.append("HOME")
        config.reset_locked_state()
        assert (config.SUDO, config.INHERIT_ENV) == (False, ["LANG"])
        config.INHERIT_ENV.append("PATH")
        config.reset_locked_state()
        assert config.INHERIT_ENV == ["LANG"]


class TestPyinfraVersion:
    @pytest.mark.parametrize("wanted", [">=3,<4", "~=3.9", "3.11.0", "==3.*", None])
    def test_met(self, wanted):
        assert wanted == Config(REQUIRE_PYINFRA_VERSION=wanted).REQUIRE_PYINFRA_VERSION

    @pytest.mark.parametrize("wanted", [">=4", "3.10.0", "<3"])
    def test_not_met(self, wanted):
        with pytest.raises(ConfigError, match=r"needs pyinfra .*, installed is 3\."):
            Config(REQUIRE_PYINFRA_VERSION=wanted)

    def test_no_specifier(self):
        with pytest.raises(ConfigError, match="'latest' is not a version specifier"):
            Config().REQUIRE_PYINFRA_VERSION = "latest"


class TestPackages:
    pluggy = metadata.version("pluggy")

    def test_a_list(self):
        Config(REQUIRE_PACKAGES=["pluggy>=1", f"greenlet; python_version > '3'  # {self.pluggy}"])

    def test_a_file_as_pip_reads_it(self, tmp_path):
        file = tmp_path / "requirements.txt"
        file.write_text(
            "# what the deploy needs\n-r other.txt\n--index-url nowhere\n\n"
            f"pluggy=={self.pluggy} \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n"
            "greenlet>=3 # for tasks\n"
            "nothing-of-that-name; python_version < '3'\n"
        )
        Config(REQUIRE_PACKAGES=str(file))

    def test_every_unmet_one_is_named(self):
        with pytest.raises(ConfigError) as caught:
            Config(REQUIRE_PACKAGES=["pluggy>=99", "nothing-of-that-name>1", "greenlet"])
        assert f"pluggy>=99 is needed, installed is {self.pluggy}" in str(caught.value)
        assert "nothing-of-that-name>1 is not installed" in str(caught.value)
        assert "greenlet" not in str(caught.value)

    def test_what_is_no_requirement(self):
        with pytest.raises(ConfigError, match="'two words' is not a requirement"):
            Config(REQUIRE_PACKAGES=["two words"])

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(ConfigError, match=r"none\.txt can't be read: No such file"):
            Config(REQUIRE_PACKAGES=str(tmp_path / "none.txt"))
