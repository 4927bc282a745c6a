#include "protocol/credential_helper.hpp"

#include "protocol/json.hpp"
#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

using helper_answer = result<std::optional<credentials>>;

constexpr std::size_t longest_suffix = 64;
constexpr std::string_view not_found = "credentials not found in native keychain";
constexpr std::string_view blanks = " \t\r\n";

bool is_suffix_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
         || c == '_' || c == '-';
}

std::string_view stripped(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// Some print other lines before it.
bool says_not_found(std::string_view text) {
  const auto last = stripped(text);
  return stripped(last.substr(last.rfind('\n') + 1)) == not_found;
}

/// Text that may be an answer, or a piece of one, is not shown.
bool may_hold_secret(std::string_view text) {
  return text.find('{') != std::string_view::npos
         || lower(text).find("secret") != std::string::npos;
}

failure useless(const std::string& why, const char* hint = "") {
  return {errc::unauthorized, why, hint};
}

/// What it said about its failure: docker's helpers to standard output, others to standard error.
std::string words_of(const helper_end& end) {
  for (const auto text : {stripped(end.said), stripped(end.cried)})
    if (!text.empty())
      return may_hold_secret(text) ? ", and what it printed may hold a secret"
                                   : ": " + std::string{trimmed(printable(text))};
  return " and said nothing";
}

helper_answer read_json(std::string_view text) {
  const auto answer = parse_json(text);
  if (!answer || !answer->is_object())
    return useless("answered with what is no JSON object");
  const std::string user{string_member(*answer, "Username")};
  const std::string secret{string_member(*answer, "Secret")};
  if (user.empty() && secret.empty())
    return std::optional<credentials>{};
  if (secret.empty())
    return useless("named a user without a secret", "log in again");
  if (user.empty())
    return useless("gave a secret without a user", "log in again");
  credentials who;
  if (user == "<token>") {
    who.identity_token = secret;
  } else {
    who.user = user;
    who.password = secret;
  }
  return std::optional{std::move(who)};
}

} // namespace

bool is_helper_suffix(std::string_view suffix) noexcept {
  return !suffix.empty() && suffix.size() <= longest_suffix
         && std::all_of(suffix.begin(), suffix.end(), is_suffix_character);
}

result<std::optional<credentials>> read_helper_answer(const helper_end& end) {
  if (end.said.size() > most_helper_bytes)
    return useless("answered with more than 64 KiB");
  if (says_not_found(end.said))
    return std::optional<credentials>{};
  if (end.status == 0)
    return read_json(end.said);
  return useless((end.status > 128 ? "was ended by signal " + std::to_string(end.status - 128)
                                   : "ended with exit code " + std::to_string(end.status))
                   + words_of(end),
                 "log in again, or give --username and --password-stdin");
}

} // namespace flotilla::protocol
