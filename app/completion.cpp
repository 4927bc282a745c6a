#include "app/completion.hpp"

#include "app/command_line.hpp"

#include <map>
#include <sstream>
#include <vector>

namespace flotilla::app {

namespace {

using flags_of = std::map<std::string, std::vector<flag_description>>;

flags_of by_command() {
  flags_of sorted;
  for (auto& flag : all_flags())
    sorted[flag.command].push_back(std::move(flag));
  return sorted;
}

template <class Items>
std::string words(const Items& items) {
  std::string text;
  for (const auto& item : items)
    text += (text.empty() ? "" : " ") + item;
  return text;
}

std::vector<std::string> names_of(const std::vector<command_description>& commands) {
  std::vector<std::string> names;
  names.reserve(commands.size());
  for (const auto& command : commands)
    names.push_back(command.name);
  return names;
}

/// What a command's first word can be; empty: anything.
std::string first_words_of(const std::string& command) {
  if (command == "completion")
    return "bash zsh fish";
  if (command == "auth")
    return "check";
  if (command == "man")
    return words(names_of(all_commands()));
  return command == "certs" ? "init issue" : "";
}

/// For use between single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string safe;
  for (char c : text)
    safe += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return safe;
}

std::string for_bash() {
  std::ostringstream out;
  out << "# bash completion for flotilla\n"
         "_flotilla() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local command=${COMP_WORDS[1]}\n"
         "  COMPREPLY=()\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W '";
  std::vector<std::string> commands;
  auto all = by_command();
  for (const auto& [name, flags] : all)
    commands.push_back(name);
  out << words(commands) << "' -- \"$cur\"))\n    return\n  fi\n  case \"$command $prev\" in\n";
  for (const auto& [name, flags] : all)
    for (const auto& flag : flags)
      if (!flag.choices.empty())
        out << "    '" << name << ' ' << flag.name << "') COMPREPLY=($(compgen -W '"
            << words(flag.choices) << "' -- \"$cur\")); return ;;\n";
  out << "  esac\n  case \"$command\" in\n";
  for (const auto& [name, flags] : all) {
    std::vector<std::string> flag_names;
    for (const auto& flag : flags)
      flag_names.push_back(flag.name);
    out << "    " << name << ") words='" << words(flag_names) << ' ' << first_words_of(name)
        << "' ;;\n";
  }
  out << "    *) words='' ;;\n"
         "  esac\n"
         "  case \"$cur\" in\n"
         "    -*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
         "    *) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\") $(compgen -f -- \"$cur\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o filenames -F _flotilla flotilla\n";
  return out.str();
}

std::string for_zsh() {
  std::ostringstream out;
  out << "#compdef flotilla\n_flotilla() {\n  local -a commands\n  commands=(";
  auto all = by_command();
  for (const auto& [name, flags] : all)
    out << ' ' << name;
  out << " )\n  if (( CURRENT == 2 )); then\n    compadd -a commands\n    return\n  fi\n"
         "  case \"${words[2]}\" in\n";
  for (const auto& [name, flags] : all) {
    out << "    " << name << ") _arguments";
    for (const auto& flag : flags) {
      std::string help;
      for (char c : flag.help)
        help += c == '[' || c == ']' || c == ':' ? std::string{"\\"} + c : std::string{c};
      out << " \\\n      '" << flag.name << '[' << quoted(help) << ']';
      if (!flag.choices.empty())
        out << ":value:(" << words(flag.choices) << ')';
      else if (flag.takes_value)
        out << ":value:_files";
      out << '\'';
    }
    if (const auto first = first_words_of(name); !first.empty())
      out << " \\\n      '2:word:(" << first << ")'";
    else
      out << " \\\n      '*:file:_files'";
    out << " ;;\n";
  }
  out << "  esac\n}\n_flotilla \"$@\"\n";
  return out.str();
}

std::string for_fish() {
  std::ostringstream out;
  out << "# fish completion for flotilla\n";
  for (const auto& [name, flags] : by_command()) {
    out << "complete -c flotilla -n __fish_use_subcommand -f -a " << name << '\n';
    for (const auto& flag : flags) {
      out << "complete -c flotilla -n '__fish_seen_subcommand_from " << name << "' -l "
          << flag.name.substr(2) << " -d '" << quoted(flag.help) << '\'';
      if (!flag.choices.empty())
        out << " -x -a '" << words(flag.choices) << '\'';
      else if (flag.takes_value)
        out << " -r";
      out << '\n';
    }
  }
  for (const char* name : {"auth", "certs", "completion", "man"})
    out << "complete -c flotilla -n '__fish_seen_subcommand_from " << name << "' -f -a '"
        << first_words_of(name) << "'\n";
  return out.str();
}

} // namespace

std::string completion_script(const std::string& shell) {
  if (shell == "zsh")
    return for_zsh();
  if (shell == "fish")
    return for_fish();
  return for_bash();
}

} // namespace flotilla::app
