#include "protocol/throttle.hpp"

#include "protocol/retry.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::protocol {

namespace {

using std::chrono::seconds;
using number = std::optional<std::int64_t>;

constexpr std::int64_t first_date = 1'000'000'000;     ///< Unix time, 2001: no allowance is so slow
constexpr std::int64_t end_of_dates = 100'000'000'000; ///< s; it would be milliseconds

/// Digits and nothing else.
number read_number(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return whole_number<std::int64_t>(text);
}

/// Cuts at `separator` outside of quoted strings (RFC 9651 section 3.3.3).
/// @returns nothing where a string does not end.
std::optional<std::vector<std::string_view>> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"')
      quoted = !quoted;
    else if (quoted && text[i] == '\\')
      ++i;
    else if (!quoted && text[i] == separator) {
      parts.push_back(trimmed(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  if (quoted)
    return std::nullopt;
  parts.push_back(trimmed(text.substr(start)));
  return parts;
}

/// One allowance, as far as it is told.
struct allowance {
  number left;
  number reset;
};

void take(allowance& of, std::string_view pair, std::string_view left, std::string_view reset) {
  const auto sign = pair.find('=');
  if (sign == std::string_view::npos)
    return;
  const auto key = pair.substr(0, sign);
  if (key == left)
    of.left = read_number(pair.substr(sign + 1));
  else if (key == reset)
    of.reset = read_number(pair.substr(sign + 1));
}

std::vector<allowance> parse_list(std::string_view field) {
  std::vector<allowance> all;
  const auto members = split(field, ',');
  if (!members)
    return all;
  allowance older; // its parts are members of a dictionary
  for (const auto member : *members) {
    const auto parts = split(member, ';');
    if (!parts)
      return {};
    take(older, parts->front(), "remaining", "reset");
    allowance one;
    for (std::size_t i = 1; i < parts->size(); ++i)
      take(one, (*parts)[i], "r", "t");
    all.push_back(one);
  }
  all.push_back(older);
  return all;
}

/// An item; its parameters are for others.
number parse_item(std::string_view field) {
  return read_number(field.substr(0, field.find(';')));
}

std::optional<seconds> spent_for(const allowance& of, std::int64_t now) {
  if (of.left != 0 || !of.reset || *of.reset >= end_of_dates)
    return std::nullopt;
  const auto wait
    = *of.reset >= first_date ? *of.reset - std::max<std::int64_t>(now, 0) : *of.reset;
  return wait > 0 ? std::optional{seconds{wait}} : std::nullopt;
}

} // namespace

std::optional<seconds> parse_rate_limit(const header_fields& fields, std::int64_t now) {
  const auto list = fields.joined("ratelimit");
  auto all = parse_list(list);
  for (const std::string prefix : {"ratelimit-", "x-ratelimit-"})
    all.push_back(
      {parse_item(fields.value(prefix + "remaining")), parse_item(fields.value(prefix + "reset"))});
  std::optional<seconds> longest;
  for (const auto& x : all)
    if (const auto wait = spent_for(x, now))
      longest = std::max(longest.value_or(seconds{0}), *wait);
  return longest;
}

throttle read_throttle(const http_response& answer, std::int64_t now, const throttle_terms& terms) {
  throttle what;
  what.refused = answer.status == 429 || answer.status == 503;
  if (what.refused)
    if (const auto asked = parse_retry_after(answer.fields.value("retry-after"), now)) {
      what.pause = std::min(*asked, terms.longest);
      return what;
    }
  const auto spent = parse_rate_limit(answer.fields, now);
  if (spent && (what.refused || *spent <= terms.longest_ahead))
    what.pause = std::min(*spent, terms.longest);
  return what;
}

} // namespace flotilla::protocol
