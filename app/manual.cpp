#include "app/manual.hpp"

#include "app/command_line.hpp"
#include "app/version.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <sstream>
#include <utility>
#include <vector>

namespace flotilla::app {

namespace {

/// For troff: a dash that can be copied, a backslash that is one, no line that begins a request.
std::string escaped(const std::string& text) {
  std::string safe;
  for (char c : text) {
    const auto begins_line = safe.empty() || safe.back() == '\n';
    if (begins_line && (c == '.' || c == '\''))
      safe += "\\&";
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else
      safe += c;
  }
  return safe;
}

std::string title(const std::string& name, const std::string& help) {
  return ".TH \"" + name + "\" 1 \"\" \"Flotilla " + std::string{program_version}
         + "\" \"Flotilla\"\n.nh\n.ad l\n.SH NAME\n" + escaped(name) + " \\- " + escaped(help)
         + '\n';
}

/// As it stands: a footer is laid out by hand. The page has a heading for it.
std::string verbatim(std::string text) {
  const std::string heading = "Examples:\n";
  if (text.rfind(heading, 0) == 0)
    text.erase(0, heading.size());
  return ".nf\n" + escaped(text) + "\n.fi\n";
}

std::string flag_item(const flag_description& flag) {
  const auto colon = flag.value.find(':'); // behind it: what it may be
  const auto range = colon == std::string::npos ? std::string{} : flag.value.substr(colon + 1);
  auto text = ".TP\n.B " + escaped(flag.name);
  if (!flag.value.empty())
    text += " \\fI" + escaped(flag.value.substr(0, colon)) + "\\fR";
  text += '\n' + escaped(flag.help) + ".\n";
  if (!range.empty() && flag.choices.empty())
    text += "From " + escaped(range) + ".\n";
  if (!flag.choices.empty()) {
    std::string choices;
    for (const auto& choice : flag.choices)
      choices += (choices.empty() ? "" : ", ") + choice;
    text += "One of " + escaped(choices) + ".\n";
  }
  if (!flag.shown_default.empty())
    text += "Default: " + escaped(flag.shown_default) + ".\n";
  if (!flag.variable.empty())
    text += "Variable: " + flag.variable + ".\n";
  return text;
}

std::string flags_of(const command_description& command) {
  std::vector<std::pair<std::string, std::string>> groups; // in the help's order, with their items
  for (const auto& flag : all_flags()) {
    if (flag.command != command.name)
      continue;
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& each) { return each.first == flag.group; });
    if (found == groups.end())
      found = groups.insert(groups.end(), {flag.group, {}});
    found->second += flag_item(flag);
  }
  std::string text;
  for (const auto& [name, items] : groups)
    text += ".SH \"" + escaped(name) + "\"\n" + items;
  return text;
}

std::string page_of(const command_description& command) {
  std::ostringstream text;
  text << title("flotilla-" + command.name, command.help) << ".SH SYNOPSIS\n.B flotilla "
       << command.name << '\n';
  for (const auto& word : command.words)
    text << (word.required ? "" : "[") << "\\fI" << word.name << "\\fR"
         << (word.required ? "\n" : "]\n");
  text << "[\\fIOPTIONS\\fR]\n";
  if (!command.words.empty())
    text << ".SH ARGUMENTS\n";
  for (const auto& word : command.words)
    text << ".TP\n.I " << word.name << '\n' << escaped(word.help) << ".\n";
  text << flags_of(command) << ".SH EXAMPLES\n"
       << verbatim(command.footer) << ".SH \"SEE ALSO\"\n.BR flotilla (1)\n";
  return text.str();
}

std::string page_of_all(const std::vector<command_description>& commands) {
  std::ostringstream text;
  text << title("flotilla", "pushes models, as blobs and the manifests that name them, to OCI "
                            "registries")
       << ".SH SYNOPSIS\n.B flotilla\n.I COMMAND\n[\\fIOPTIONS\\fR]\n.SH COMMANDS\n";
  for (const auto& command : commands)
    text << ".TP\n.BR flotilla\\-" << command.name << " (1)\n" << escaped(command.help) << ".\n";
  text << ".SH \"SETTINGS AND EXIT CODES\"\n" << verbatim(closing_words());
  return text.str();
}

} // namespace

protocol::result<std::string> manual_page(const std::string& command) {
  const auto commands = all_commands();
  if (command.empty())
    return page_of_all(commands);
  const auto found = std::find_if(commands.begin(), commands.end(),
                                  [&](const auto& each) { return each.name == command; });
  if (found == commands.end())
    return protocol::failure{protocol::errc::usage,
                             "there is no page on `" + protocol::printable(command, 60) + "`",
                             "`flotilla man` lists the commands"};
  return page_of(*found);
}

} // namespace flotilla::app
