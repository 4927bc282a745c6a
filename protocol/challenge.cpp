#include "protocol/challenge.hpp"

#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

constexpr std::size_t max_challenges = 16;
constexpr std::size_t max_parameters = 16;
constexpr std::string_view blanks = " \t";

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_token_character(char c) {
  return is_alnum(c) || std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string_view take_token(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_token_character);
  const auto token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(token.size());
  return token;
}

/// Takes a quoted string with its backslashes undone.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string content;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return content;
    }
    if (text[i] == '\\' && ++i == text.size())
      break;
    content += text[i];
  }
  return std::nullopt;
}

/// Takes the next element of a comma list; commas inside quotes do not count.
std::string_view take_element(std::string_view& list) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != ','); ++end) {
    if (list[end] == '"')
      quoted = !quoted;
    else if (quoted && list[end] == '\\')
      ++end;
  }
  end = std::min(end, list.size());
  const auto element = trimmed(list.substr(0, end));
  list.remove_prefix(std::min(end + 1, list.size()));
  return element;
}

/// Reads `name=value` or `name="value"`, and nothing after it.
std::optional<std::pair<std::string, std::string>> read_parameter(std::string_view text) {
  auto name = lower(take_token(text));
  skip_blanks(text);
  if (name.empty() || text.empty() || text.front() != '=')
    return std::nullopt;
  text.remove_prefix(1);
  skip_blanks(text);
  std::string value;
  if (!text.empty() && text.front() == '"') {
    auto quoted = take_quoted(text);
    if (!quoted)
      return std::nullopt;
    value = std::move(*quoted);
  } else {
    value = take_token(text);
    if (value.empty())
      return std::nullopt;
  }
  if (!text.empty())
    return std::nullopt;
  return std::pair{std::move(name), std::move(value)};
}

bool is_token68(std::string_view text) {
  text = text.substr(0, text.find_last_not_of('=') + 1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alnum(c) || std::string_view{"-._~+/"}.find(c) != std::string_view::npos;
  });
}

/// Puts challenges together from the elements of the list.
class collector {
public:
  void add(std::string_view element) {
    auto rest = element;
    const auto token = take_token(rest);
    const bool blank = !rest.empty() && blanks.find(rest.front()) != std::string_view::npos;
    skip_blanks(rest);
    if (token.empty() || (!rest.empty() && rest.front() == '='))
      return add_parameter(element);
    close();
    open_ = challenge{lower(token), {}, {}};
    is_open_ = true;
    if (rest.empty())
      return;
    if (!blank)
      is_open_ = false;
    else if (!read_parameter(rest) && is_token68(rest))
      open_.token68 = rest;
    else
      add_parameter(rest);
  }

  std::vector<challenge> finish() {
    close();
    return std::move(done_);
  }

private:
  /// What is none breaks the challenge it belongs to.
  void add_parameter(std::string_view text) {
    if (!is_open_)
      return;
    auto parameter = read_parameter(text);
    if (!parameter || !open_.token68.empty())
      is_open_ = false;
    else if (open_.parameters.size() < max_parameters)
      open_.parameters.push_back(std::move(*parameter));
  }

  void close() {
    if (is_open_ && done_.size() < max_challenges)
      done_.push_back(std::move(open_));
    is_open_ = false;
  }

  std::vector<challenge> done_;
  challenge open_;
  bool is_open_ = false; ///< not at the start, nor after one that is broken
};

} // namespace

std::string_view challenge::parameter(std::string_view name) const noexcept {
  for (const auto& [key, value] : parameters)
    if (equal_ignoring_case(key, name))
      return value;
  return {};
}

std::vector<challenge> parse_challenges(std::string_view field) {
  collector challenges;
  while (!field.empty())
    if (auto element = take_element(field); !element.empty())
      challenges.add(element);
  return challenges.finish();
}

std::optional<challenge> preferred_challenge(const std::vector<challenge>& offered) {
  const auto first = [&](auto fits) -> std::optional<challenge> {
    const auto found = std::find_if(offered.begin(), offered.end(), fits);
    return found == offered.end() ? std::nullopt : std::optional{*found};
  };
  if (auto bearer = first(
        [](const challenge& x) { return x.scheme == "bearer" && !x.parameter("realm").empty(); }))
    return bearer;
  return first([](const challenge& x) { return x.scheme == "basic"; });
}

} // namespace flotilla::protocol
