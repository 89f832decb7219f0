"""Completion scripts, generated from the verbs' own parsers; incidents are asked for when they are needed."""

from .index import WHERE
from .main import verb
from .verb import parser

_INCIDENTS = "warroom list 2>/dev/null | cut -d' ' -f1"


def script(shell: str) -> str:
    """The script to source in that shell."""
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell]()


def _options(name: str) -> list[str]:
    """The verb's options."""
    return [o for action in parser(name, verb(name))._actions for o in action.option_strings]


def _choices(name: str) -> list[str]:
    """The words that the verb's first argument can be, where they are known."""
    first = next((a for a in parser(name, verb(name))._actions if not a.option_strings and a.choices), None)
    return [str(choice) for choice in first.choices or ()] if first else []


def _bash() -> str:
    cases = "\n".join(f"        {name}) words='{' '.join([*_options(name), *_choices(name)])}' ;;" for name in WHERE)
    return f"""# warroom completion for bash: eval "$(warroom completion bash)"
_warroom() {{
    local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}" words=''
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W '{" ".join([*WHERE, "help", "--version"])}' -- "$cur"))
        return
    fi
    case "$prev" in
        -i|--incident|status|timeline|situation|brief|follow|verify|export|archive)
            COMPREPLY=($(compgen -W "$({_INCIDENTS})" -- "$cur"))
            [ -n "$COMPREPLY" ] && return ;;
    esac
    case "${{COMP_WORDS[1]}}" in
{cases}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}}
complete -o default -F _warroom warroom
"""


def _zsh() -> str:
    verbs = "\n".join(f"    {_quoted(f'{name}:{verb(name).words}')}" for name in WHERE)
    cases = "\n".join(f"    {name}) words=({' '.join([*_options(name), *_choices(name)])}) ;;" for name in WHERE)
    return f"""#compdef warroom
# warroom completion for zsh: warroom completion zsh > ~/.zfunc/_warroom
_warroom() {{
  local -a verbs words
  verbs=(
{verbs}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  if [[ $words[CURRENT-1] == (-i|--incident) ]]; then
    compadd -- ${{(f)"$({_INCIDENTS})"}}
    return
  fi
  local -a line=($words)
  case $line[2] in
{cases}
  esac
  compadd -- $words
  _files
}}
compdef _warroom warroom
"""


def _fish() -> str:
    out = ["# warroom completion for fish: warroom completion fish > ~/.config/fish/completions/warroom.fish"]
    for name in WHERE:
        out.append(f"complete -c warroom -n __fish_use_subcommand -f -a {name} -d {_quoted(verb(name).words)}")
        for option in _options(name):
            kind = "-l " + option[2:] if option.startswith("--") else "-s " + option[1:]
            out.append(f"complete -c warroom -n '__fish_seen_subcommand_from {name}' {kind}")
        for choice in _choices(name):
            out.append(f"complete -c warroom -n '__fish_seen_subcommand_from {name}' -f -a {choice}")
    out.append(f"complete -c warroom -s i -l incident -x -a {_quoted('(' + _INCIDENTS + ')')}")
    return "\n".join(out) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
