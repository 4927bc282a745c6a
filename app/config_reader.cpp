#include "app/config_file.hpp"

#include "protocol/text.hpp"

#include <istream>
#include <set>
#include <string_view>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
using protocol::printable;

namespace {

constexpr std::size_t most_bytes = 1 << 20;

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
         || c == '_' || c == '.';
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// Of a value without quotes.
bool is_word_char(char c) {
  return c != ' ' && c != '\t' && !is_control(c)
         && std::string_view{",[]{}#\"'="}.find(c) == std::string_view::npos;
}

/// What a backslash and `c` stand for; 0: nothing that is known here.
char unescaped(char c) {
  switch (c) {
    case '"':
    case '\\': return c;
    case 'b': return '\b';
    case 't': return '\t';
    case 'n': return '\n';
    case 'f': return '\f';
    case 'r': return '\r';
    default: return 0;
  }
}

/// Reads a text from its first character to its last. What can go wrong answers with a sentence;
/// an empty one means well.
class toml_reader {
public:
  explicit toml_reader(std::string_view text) : rest_(text) {
  }

  protocol::result<std::vector<config_item>> read() {
    while (!rest_.empty()) {
      begun_ = line_;
      if (auto why = read_statement(); !why.empty())
        return failure{errc::usage, "line " + std::to_string(begun_) + " is no TOML: " + why,
                       "a line is `key = value`, `[command]` or `# a comment`"};
    }
    return std::move(items_);
  }

private:
  std::string read_statement() {
    skip_blanks();
    if (end_line())
      return {};
    auto why = take('[') ? read_section() : read_setting();
    if (!why.empty())
      return why;
    return end_line() ? std::string{} : "something follows what it says";
  }

  std::string read_section() {
    if (take('['))
      return "`[[` begins a list of sections, which no flag takes";
    skip_blanks();
    section_ = take_while(is_key_char);
    skip_blanks();
    if (section_.empty() || !take(']'))
      return "a section is the name of a command in `[` and `]`";
    if (!sections_.insert(section_).second)
      return "section `" + printable(section_, 60) + "` is there twice";
    return {};
  }

  std::string read_setting() {
    config_item item;
    item.section = section_;
    if (auto why = read_key(item); !why.empty())
      return why;
    skip_blanks();
    if (!take('='))
      return "a setting has a `=` after its key";
    skip_blanks();
    item.is_list = take('[');
    if (auto why = item.is_list ? read_list(item.values) : read_value(item.values); !why.empty())
      return why;
    if (!keys_.emplace(item.section, item.key).second)
      return "key `" + printable(item.key, 60) + "` is there twice";
    items_.push_back(std::move(item));
    return {};
  }

  /// `push.uploads` is `uploads` of section `push`.
  std::string read_key(config_item& into) {
    if (next_is('"') || next_is('\''))
      return read_text(into.key);
    into.key = take_while(is_key_char);
    if (into.key.empty())
      return "a setting begins with its key";
    if (auto dot = into.key.rfind('.'); dot != std::string::npos) {
      into.section += (into.section.empty() ? "" : ".") + into.key.substr(0, dot);
      into.key.erase(0, dot + 1);
      if (into.section.empty() || into.key.empty())
        return "a key neither begins nor ends with a dot";
    }
    return {};
  }

  std::string read_list(std::vector<std::string>& into) {
    for (bool may_go_on = true;; may_go_on = take(',')) {
      skip_lines();
      if (take(']'))
        return {};
      if (rest_.empty())
        return "a list ends with `]`";
      if (!may_go_on)
        return "a comma stands between the values of a list";
      if (auto why = read_value(into); !why.empty())
        return why;
      skip_lines();
    }
  }

  std::string read_value(std::vector<std::string>& into) {
    std::string value;
    if (next_is('"') || next_is('\'')) {
      if (auto why = read_text(value); !why.empty())
        return why;
    } else if (value = take_while(is_word_char); value.empty()) {
      return "a value is missing, or is of a kind that no flag takes";
    }
    into.push_back(std::move(value));
    return {};
  }

  std::string read_text(std::string& into) {
    const auto quote = take_one();
    while (!rest_.empty() && !is_control(rest_.front())) {
      auto c = take_one();
      if (c == quote)
        return {};
      if (c == '\\' && quote == '"') {
        c = rest_.empty() ? '\0' : unescaped(take_one());
        if (c == '\0')
          return "a `\\` begins nothing that is known; '…' takes it as it is";
      }
      into += c;
    }
    return "a text ends with the quote that it began with, on the same line";
  }

  bool next_is(char c) const {
    return !rest_.empty() && rest_.front() == c;
  }
  char take_one() {
    auto c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n')
      ++line_;
    return c;
  }
  bool take(char c) {
    if (!next_is(c))
      return false;
    take_one();
    return true;
  }
  template <class Which>
  std::string take_while(Which which) {
    std::string taken;
    while (!rest_.empty() && which(rest_.front()))
      taken += take_one();
    return taken;
  }
  void skip_blanks() {
    while (next_is(' ') || next_is('\t'))
      take_one();
  }
  /// Only blanks and a comment are left of the line.
  bool end_line() {
    skip_blanks();
    if (next_is('#'))
      while (!rest_.empty() && !next_is('\n'))
        take_one();
    if (rest_.substr(0, 2) == "\r\n")
      take_one();
    return rest_.empty() || take('\n');
  }
  void skip_lines() {
    while (end_line() && !rest_.empty()) {
    }
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  std::size_t begun_ = 1; ///< where the statement begins
  std::string section_;
  std::set<std::string> sections_;
  std::set<std::pair<std::string, std::string>> keys_; ///< section and key
  std::vector<config_item> items_;
};

} // namespace

protocol::result<std::vector<config_item>> read_config(std::istream& from) {
  std::string text(most_bytes + 1, '\0');
  from.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(from.gcount()));
  if (from.bad())
    return failure{errc::usage, "it cannot be read as a file", {}}; // a directory, for one
  if (text.size() > most_bytes)
    return failure{errc::usage, "it is larger than 1 MiB", {}};
  return toml_reader{text}.read();
}

} // namespace flotilla::app
