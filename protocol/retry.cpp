#include "protocol/retry.hpp"

#include "protocol/http_date.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <charconv>

namespace flotilla::protocol {

namespace {

using std::chrono::milliseconds;

constexpr std::int64_t longest_delta = 2'147'483'647; ///< s; what is longer means this

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::int64_t read_delta(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc{} ? std::min(value, longest_delta) : longest_delta;
}

milliseconds scaled(milliseconds time, double factor) {
  return milliseconds{static_cast<milliseconds::rep>(static_cast<double>(time.count()) * factor)};
}

bool is_one_of(int status, std::initializer_list<int> statuses) noexcept {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

} // namespace

milliseconds retry_delay(const retry_policy& policy, unsigned attempt,
                         std::optional<std::chrono::seconds> asked, double dice) {
  if (asked && asked->count() > 0) {
    // Compared in seconds: a huge number of them has no milliseconds.
    const auto longest = std::chrono::floor<std::chrono::seconds>(policy.longest_asked);
    const auto kept = *asked > longest ? policy.longest_asked : milliseconds{*asked};
    return kept + scaled(kept, 0.1 * dice);
  }
  auto bound = std::min(policy.first, policy.longest);
  for (unsigned i = 1; i < attempt && bound < policy.longest && bound.count() > 0; ++i)
    bound = std::min(2 * bound, policy.longest);
  return scaled(bound, dice);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view field, std::int64_t now) {
  field = trimmed(field);
  if (is_number(field))
    return std::chrono::seconds{read_delta(field)};
  now = std::max<std::int64_t>(now, 0); // keeps the difference in range
  const auto date = parse_http_date(field, now);
  if (!date || *date < now)
    return std::nullopt;
  return std::chrono::seconds{*date - now};
}

status_class classify(int status) noexcept {
  if (status >= 200 && status <= 299)
    return status_class::success;
  if (is_one_of(status, {301, 302, 303, 307, 308}))
    return status_class::redirect;
  if (status == 401)
    return status_class::unauthorized;
  if (status == 403)
    return status_class::forbidden;
  if (is_one_of(status, {404, 410}))
    return status_class::absent;
  const bool server_error = status >= 500 && status <= 599 && !is_one_of(status, {501, 505});
  return server_error || is_one_of(status, {408, 425, 429, 499}) ? status_class::retry
                                                                 : status_class::refused;
}

} // namespace flotilla::protocol
