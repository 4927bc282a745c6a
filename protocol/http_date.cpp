#include "protocol/http_date.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace flotilla::protocol {

namespace {

constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::int64_t fifty_years = 18'262 * seconds_a_day;
constexpr std::int64_t year_9999 = 253'402'300'799; ///< the last second that a date can name

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> days{"monday", "tuesday",  "wednesday", "thursday",
                                               "friday", "saturday", "sunday"};

struct civil {
  std::int64_t year = 0;
  unsigned month = 1; ///< 1..12
  unsigned day = 1;   ///< 1..31
  unsigned hour = 0, minute = 0, second = 0;
};

bool is_leap(std::int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

unsigned days_of_month(std::int64_t year, unsigned month) {
  if (month == 2)
    return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool is_valid(const civil& x) {
  return x.day >= 1 && x.day <= days_of_month(x.year, x.month) && x.hour <= 23 && x.minute <= 59
         && x.second <= 60; // a leap second
}

/// Years begin in March here, so that the leap day comes last (H. Hinnant, days_from_civil).
std::int64_t unix_time(const civil& x) {
  const auto year = x.year - (x.month <= 2 ? 1 : 0);
  const auto era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = year - era * 400;
  const auto day_of_year = (153 * (x.month > 2 ? x.month - 3 : x.month + 9) + 2) / 5 + x.day - 1;
  const auto day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  const auto day = era * 146'097 + day_of_era - 719'468;
  return day * seconds_a_day + std::int64_t{x.hour} * 3600 + std::int64_t{x.minute} * 60 + x.second;
}

/// Reads a text piece by piece; once a piece is not as expected, `ok` stays false.
class scanner {
public:
  explicit scanner(std::string_view text) : rest_(text) {
  }

  bool finished() const {
    return ok_ && rest_.empty();
  }
  bool take(std::string_view piece) {
    const bool there = rest_.substr(0, piece.size()) == piece;
    if (there)
      rest_.remove_prefix(piece.size());
    else
      ok_ = false;
    return there;
  }
  /// Exactly so many digits.
  unsigned number(std::size_t digits) {
    unsigned value = 0;
    const auto text = rest_.substr(0, digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != digits || error != std::errc{} || end != text.data() + digits)
      ok_ = false;
    rest_.remove_prefix(text.size());
    return value;
  }
  /// A name's first three letters, or a whole one; counted from 1.
  template <std::size_t N>
  unsigned name_of(const std::array<std::string_view, N>& names, bool whole = false) {
    for (std::size_t i = 0; i < N; ++i) {
      const auto name = whole ? names[i] : names[i].substr(0, 3);
      if (!equal_ignoring_case(rest_.substr(0, name.size()), name))
        continue;
      rest_.remove_prefix(name.size());
      return static_cast<unsigned>(i + 1);
    }
    ok_ = false;
    return 1;
  }
  bool next_is(char c) const {
    return !rest_.empty() && rest_.front() == c;
  }

private:
  std::string_view rest_;
  bool ok_ = true;
};

void read_time(scanner& text, civil& into) {
  into.hour = text.number(2);
  text.take(":");
  into.minute = text.number(2);
  text.take(":");
  into.second = text.number(2);
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
std::optional<std::int64_t> read_imf_fixdate(scanner text) {
  civil date;
  text.name_of(days);
  text.take(", ");
  date.day = text.number(2);
  text.take(" ");
  date.month = text.name_of(months);
  text.take(" ");
  date.year = text.number(4);
  text.take(" ");
  read_time(text, date);
  text.take(" GMT");
  return text.finished() && is_valid(date) ? std::optional{unix_time(date)} : std::nullopt;
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`. Of the years with these two digits it is the last one that is
/// not more than 50 years ahead (RFC 9110 section 5.6.7).
std::optional<std::int64_t> read_rfc850(scanner text, std::int64_t now) {
  civil date;
  text.name_of(days, true);
  text.take(", ");
  date.day = text.number(2);
  text.take("-");
  date.month = text.name_of(months);
  text.take("-");
  date.year = 1900 + static_cast<std::int64_t>(text.number(2));
  text.take(" ");
  read_time(text, date);
  text.take(" GMT");
  if (!text.finished())
    return std::nullopt;
  for (auto later = date; later.year += 100, unix_time(later) <= now + fifty_years;)
    date = later;
  return is_valid(date) ? std::optional{unix_time(date)} : std::nullopt;
}

/// `Sun Nov  6 08:49:37 1994`
std::optional<std::int64_t> read_asctime(scanner text) {
  civil date;
  text.name_of(days);
  text.take(" ");
  date.month = text.name_of(months);
  text.take(" ");
  if (text.next_is(' ')) {
    text.take(" ");
    date.day = text.number(1);
  } else {
    date.day = text.number(2);
  }
  text.take(" ");
  read_time(text, date);
  text.take(" ");
  date.year = text.number(4);
  return text.finished() && is_valid(date) ? std::optional{unix_time(date)} : std::nullopt;
}

} // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text, std::int64_t now) {
  if (auto date = read_imf_fixdate(scanner{text}))
    return date;
  // No date names another moment; sums stay in range.
  if (auto date = read_rfc850(scanner{text}, std::clamp<std::int64_t>(now, 0, year_9999)))
    return date;
  return read_asctime(scanner{text});
}

} // namespace flotilla::protocol
