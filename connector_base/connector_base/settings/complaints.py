"""What is wrong with a configuration, in the words of the form it was entered in and without what was entered.

A validation library says that something is wrong, of which kind, and where. What a person reads is made here, from the
form: titles in place of keys, entries of lists by their number, and what the form asks for. A library's own words are
for developers and quote what was entered, so none of them is passed on. Whoever writes the file by hand looks for keys:
after each title its key stands in brackets.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum, auto
from typing import Any, Final

from connector_base.settings.masked_secrets import SHORTEST_SECRET

Form = Mapping[str, Any]
"""A connection specification, or a part of it: a JSON Schema without references, whose settings have titles."""

Step = str | int
Path = tuple[Step, ...]


class Kind(Enum):
    """What may be wrong with a setting."""

    MISSING = auto()
    EMPTY = auto()
    WRONG_TYPE = auto()
    OUT_OF_RANGE = auto()
    WRONG_LENGTH = auto()
    NO_CHOICE = auto()
    WRONG_FORM = auto()
    TWICE = auto()
    SHORT_SECRET = auto()
    OWN_WORDS = auto()
    UNKNOWN = auto()
    ANYTHING_ELSE = auto()


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that a validation library complains of.

    Attributes:
        path: The keys that lead to it from the root of the configuration. There may be the name of an alternative among
            them, by which a library says which of several groups it took a group for. With `Kind.UNKNOWN`, the last one
            is the key that is not known.
        kind: What is wrong.
        words: What a rule of our own says of it, without a full stop; only with `Kind.OWN_WORDS`.
    """

    path: Path
    kind: Kind
    words: str = ""


Validate = Callable[[Any], Iterable[Complaint]]
"""A validation library at work on a configuration: all that it complains of."""


def ordinal(position: int) -> str:
    """The place of a list's entry as a person counts: the entry at 0 is the first."""
    return _ORDINALS[position] if position < len(_ORDINALS) else f"{position + 1}th"


_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a form something is wrong.

    Attributes:
        form: The part of the form; empty where the form has none.
        keys: What leads there in the configuration.
        name: How sentences name it; empty for the whole.
    """

    form: Form
    keys: Path = ()
    name: str = ""

    def __str__(self) -> str:
        """Its name in the middle of a sentence."""
        return self.name or "the configuration"

    def at(self, step: Step) -> "Place":
        """What is one step further in; the same place where the step only names an alternative, or nothing known."""
        if isinstance(step, int):
            return Place(self.form.get("items", {}), (*self.keys, step), f"the {ordinal(step)} entry of {self}")
        known = settings_of(self.form)
        if step in known:
            within = f" in {self.name}" if self.name else ""
            return Place(known[step], (*self.keys, step), f"{known[step].get('title', step)} ({step}){within}")
        chosen = [group for group in _alternatives(self.form) if step in _names_of(group)]
        return Place(chosen[0], self.keys, self.name) if chosen else self


def settings_of(form: Form) -> Mapping[str, Form]:
    """The settings in a group by their keys; of alternatives all there are, each with the choices of every one."""
    found: dict[str, Form] = {}
    for group in _alternatives(form):
        for name, part in settings_of(group).items():
            found[name] = _either(found[name], part) if name in found else part
    return found | dict(form.get("properties", {}))


def _either(one: Form, other: Form) -> Form:
    """A setting as it is in one alternative or the other."""
    if not (_choices(one) and _choices(other)):
        return one
    return {"title": one.get("title"), "enum": [*dict.fromkeys((*_choices(one), *_choices(other)))]}


def _alternatives(form: Form) -> Collection[Form]:
    found: Collection[Form] = form.get("oneOf") or form.get("anyOf") or ()
    return found


def _names_of(group: Form) -> set[Any]:
    """By what an alternative is told apart from the others."""
    return {
        choice for part in group.get("properties", {}).values() for choice in _choices(part) if len(_choices(part)) == 1
    }


def _choices(form: Form) -> tuple[Any, ...]:
    if "const" in form:
        return (form["const"],)
    if "enum" in form:
        return tuple(form["enum"])
    return tuple(choice for part in _alternatives(form) for choice in _choices(part))


def place(form: Form, path: Iterable[Step]) -> Place:
    """Where something is wrong.

    Args:
        form: The connection specification.
        path: The keys that lead there.
    """
    found = Place(form)
    for step in path:
        found = found.at(step)
    return found


# ------------------------------------------------------------------ one sentence for each kind

_TYPES: Final[Mapping[str, str]] = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "on or off (true or false)",
    "array": "a list",
    "object": "a group of settings",
}


def _one_of(choices: Collection[Any]) -> str:
    return _listed(choices, "or")


def _listed(words: Iterable[Any], last_with: str) -> str:
    *others, last = map(str, words)
    return f"{', '.join(others)} {last_with} {last}" if others else last


def _wrong_type(at: Place) -> str:
    if _discriminator(at.form):
        return _no_choice(at)
    wanted = _TYPES.get(at.form.get("type", ""))
    return f"{at} must be {wanted}" if wanted else _anything_else(at)


def _bounds(at: Place, least: str, most: str, of_what: str = "") -> str:
    low, high = at.form.get(least), at.form.get(most)
    if low is not None and high is not None:
        return f"{at} must be {low} to {high}{of_what}"
    if high is not None:
        return f"{at} must be at most {high}{of_what}"
    return f"{at} must be at least {low}{of_what}" if low is not None else _anything_else(at)


def _wrong_length(at: Place) -> str:
    if at.form.get("type") == "array":
        return _bounds(at, "minItems", "maxItems", " entries long")
    return _bounds(at, "minLength", "maxLength", " characters long")


def _no_choice(at: Place) -> str:
    if told_apart_by := _discriminator(at.form):
        named = [choice for group in _alternatives(at.form) for choice in _choices(group["properties"][told_apart_by])]
        return f"{at.at(told_apart_by)} must be {_one_of(named)}"
    choices = _choices(at.form)
    return f"{at} must be {_one_of(choices)}" if choices else _anything_else(at)


def _discriminator(form: Form) -> str | None:
    """The setting by which the alternatives of a group are told apart; None where there are none."""
    groups = [group.get("properties", {}) for group in _alternatives(form)]
    shared = [
        name for name in (groups[0] if groups else ()) if all(len(_choices(g.get(name, {}))) == 1 for g in groups)
    ]
    return shared[0] if shared else None


def _wrong_form(at: Place) -> str:
    looks = at.form.get("pattern_descriptor")
    return f"{at} must look like {looks}" if looks else f"{at} is not written as it has to be: correct it"


def _missing(at: Place) -> str:
    """A switch that has to be there has to be on: nothing needs to be asked for that may as well be off."""
    return f"{at} is missing: turn it on" if at.form.get("type") == "boolean" else f"{at} is missing: enter it"


def _empty(at: Place) -> str:
    if at.form.get("type") == "array":
        return f"the list {at} is empty: add an entry, or leave the setting out"
    return f"{at} is empty: enter it"


def _anything_else(at: Place) -> str:
    if _discriminator(at.form):
        return _no_choice(at)
    return f"{at} cannot be used as it was entered: correct it"


SENTENCES: Final[Mapping[Kind, Callable[[Place], str]]] = {
    Kind.MISSING: _missing,
    Kind.EMPTY: _empty,
    Kind.WRONG_TYPE: _wrong_type,
    Kind.OUT_OF_RANGE: lambda at: _bounds(at, "minimum", "maximum"),
    Kind.WRONG_LENGTH: _wrong_length,
    Kind.NO_CHOICE: _no_choice,
    Kind.WRONG_FORM: _wrong_form,
    Kind.TWICE: lambda at: f"{at} names the same thing twice: leave one of them out",
    Kind.SHORT_SECRET: lambda at: (
        f"{at} is shorter than {SHORTEST_SECRET} characters, so it is no whole secret: copy it again from where it was "
        "made, or make a new one"
    ),
    Kind.ANYTHING_ELSE: _anything_else,
}
"""What is said of each kind of complaint about a setting that exists: without a full stop, and with small letters."""


def _sentence(form: Form, complaint: Complaint) -> str:
    at = place(form, complaint.path)
    if complaint.kind is Kind.OWN_WORDS:
        return sentence(f"{at.name}: {complaint.words}" if at.name else complaint.words)
    return sentence(SENTENCES[complaint.kind](at))


def sentence(words: str) -> str:
    """Words as a sentence: with a capital letter and a full stop."""
    return f"{words[0].upper()}{words[1:]}."


# ------------------------------------------------------------------ keys that are not known


def config_problems(config: Any, form: Form, validate: Validate) -> list[str]:
    """Every setting that cannot work.

    A key that is not known mostly is another one, misspelt. What that one lacks, or makes impossible elsewhere, is not
    complained of as well: the configuration is judged as if the key had been spelled so. Nor is what stands under it:
    what was meant is only guessed.

    Args:
        config: The configuration, as the host gave it.
        form: The connection specification.
        validate: Complains of a configuration.

    Returns:
        One sentence for each problem: in the order of the complaints, and then for each setting that does not exist.
        Empty when there is none. They name settings, never what was entered: a secret may have been entered anywhere.
    """
    meant = _Meant(config, form)
    complaints = list(validate(config))
    while any(complaint.kind is Kind.UNKNOWN for complaint in map(meant.misspelt, complaints)):
        meant.take(complaints)
        complaints = list(validate(meant.config))
    problems: dict[Path, str] = {}
    for complaint in complaints:
        problems.setdefault(place(form, complaint.path).keys, _sentence(form, complaint))
    told = [problem for keys, problem in problems.items() if not _follows(keys, problems, meant.guessed)]
    return [*told, *meant.sentences]


def _follows(keys: Path, others: Iterable[Path], guessed: Iterable[Path]) -> bool:
    """Whether a complaint only follows from another one: about something inside, or about a key that is not known."""
    inside = any(len(other) > len(keys) and other[: len(keys)] == keys for other in others)
    return inside or any(keys[: len(path)] == path for path in guessed)


@dataclass(slots=True)
class _Meant:
    """A configuration as it was meant.

    Attributes:
        config: It, with the keys that were probably meant in place of those that are not known.
        form: The connection specification.
        guessed: Where something stands now that was found under another key.
        sentences: What is said of each key that is not known.
    """

    config: Any
    form: Form
    guessed: list[Path] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def misspelt(self, complaint: Complaint) -> Complaint:
        """The complaint; of a group of no known kind, that the key which says the kind is misspelt, if one is."""
        at = place(self.form, complaint.path)
        told_apart_by = _discriminator(at.form)
        given = _value(self.config, at.keys) if told_apart_by else None
        if told_apart_by is None or not isinstance(given, Mapping) or told_apart_by in given:
            return complaint
        unknown = {_plain(name): name for name in map(str, given) if name not in settings_of(at.form)}
        near = get_close_matches(_plain(told_apart_by), unknown, n=1)
        return Complaint((*complaint.path, unknown[near[0]]), Kind.UNKNOWN) if near else complaint

    def take(self, complaints: Iterable[Complaint]) -> None:
        """Puts the keys that were probably meant in place of those that are complained of, and says so."""
        groups: dict[Path, tuple[Place, list[str]]] = {}
        missing: dict[Path, list[str]] = {}
        for complaint in map(self.misspelt, complaints):
            if complaint.kind is Kind.UNKNOWN:
                group = place(self.form, complaint.path[:-1])
                groups.setdefault(group.keys, (group, []))[1].append(str(complaint.path[-1]))
            elif complaint.kind is Kind.MISSING:
                keys = place(self.form, complaint.path).keys
                missing.setdefault(keys[:-1], []).append(str(keys[-1]))
        for keys, (group, names) in groups.items():
            self._take_group(group, names, missing.get(keys, []))

    def _take_group(self, group: Place, names: Sequence[str], missing: Collection[str]) -> None:
        given = _value(self.config, group.keys)
        free = {name: part for name, part in settings_of(group.form).items() if given.get(name) is None}
        strange: list[str] = []
        unheard_of: list[str] = []
        for name in names:
            if (
                near := _nearest(name, {key: free[key] for key in missing if key in free}) or _nearest(name, free)
            ) is None:
                strange.append(name)
                continue
            del free[near]
            self._spelled(group, name, near)
            self._say(group, name, f": {_own_name(group, near)} was probably meant")
        lacking = [name for name in missing if name in free]
        for name in strange:
            if len(strange) == len(lacking) == 1:
                self._spelled(group, name, lacking[0])
                self._say(group, name, f", and {_own_name(group, lacking[0])} is missing: perhaps that was meant")
            else:
                self._spelled(group, name, None)
                if near := _nearest(name, settings_of(group.form)):
                    self._say(group, name, f", and {_own_name(group, near)} is set already: leave one of them out")
                else:
                    unheard_of.append(name)
        if unheard_of:
            self._say_all(group, unheard_of, known_here=len(given) - len(names))

    def _say(self, group: Place, name: str, what: str) -> None:
        shown = name if _may_be_shown(name, group.form) else "of that name"
        self.sentences.append(sentence(f"there is no setting {shown}{_within(group)}{what}"))

    def _say_all(self, group: Place, names: Sequence[str], known_here: int) -> None:
        """Says of several keys at once that nothing is known that is called so, and what is."""
        known = ", ".join(_own_name(group, key) for key in settings_of(group.form))
        if len(names) == 1:
            self._say(group, names[0], f": leave it out, or correct it. The settings are {known}")
            return
        shown = [name for name in names if _may_be_shown(name, group.form)]
        hidden = len(names) - len(shown)
        of_no_name = [f"{hidden} of other names" if shown else f"of the {hidden} names there"] if hidden else []
        remedy = "leave them out, or correct them"
        if not group.keys and len(names) > known_here:
            remedy = "perhaps this is the configuration of another connector"
        self.sentences.append(
            sentence(
                f"there are no settings {_listed((*shown, *of_no_name), 'and')}{_within(group)}: {remedy}. The "
                f"settings are {known}"
            )
        )

    def _spelled(self, group: Place, name: str, right: str | None) -> None:
        self.config = _with(self.config, group.keys, name, right)
        if right is not None:
            self.guessed.append((*group.keys, right))


_KEY: Final = re.compile(r"[A-Za-z_][\w -]{0,39}", re.ASCII)

_WORDS: Final = re.compile(r"[A-Za-z_ -]+")


def _may_be_shown(name: str, form: Form) -> bool:
    """Whether a key is a word, or nearly a setting: anything may have been pasted in place of one, a secret too."""
    return bool(_KEY.fullmatch(name) and (_WORDS.fullmatch(name) or _nearest(name, settings_of(form))))


def _within(group: Place) -> str:
    return f" in {group.name}" if group.name else ""


def _own_name(group: Place, key: str) -> str:
    return Place(group.form).at(key).name


def _nearest(name: str, known: Mapping[str, Form]) -> str | None:
    """The setting that a misspelt key comes nearest to, by its key or its title."""
    spelled = {_plain(part.get("title", key)): key for key, part in known.items()}
    spelled |= {_plain(key): key for key in known}
    near = get_close_matches(_plain(name), spelled, n=1)
    return spelled[near[0]] if near else None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _value(config: Any, keys: Iterable[Step]) -> Any:
    for key in keys:
        config = config[key]
    return config


def _with(config: Any, keys: Path, name: str, right: str | None) -> Any:
    """A configuration with another key for what stands under a key; without it where there is no other one."""
    if not keys:
        renamed = ((right if str(key) == name else key, value) for key, value in config.items() if key != right)
        return {key: value for key, value in renamed if key is not None}
    first, rest = keys[0], keys[1:]
    if isinstance(first, int):
        return [_with(part, rest, name, right) if number == first else part for number, part in enumerate(config)]
    return {key: _with(part, rest, name, right) if key == first else part for key, part in config.items()}
