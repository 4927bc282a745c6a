#include "app/units.hpp"

#include "protocol/registry_profile.hpp"
#include "protocol/text.hpp"

#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;

namespace {

struct quantity {
  double number = 0;
  std::string unit;
};

/// Digits with at most one point, then a unit; blanks between them are fine.
std::optional<quantity> split(std::string_view text) {
  text = protocol::trimmed(text);
  std::size_t digits = 0;
  int points = 0;
  while (digits < text.size()
         && (std::isdigit(static_cast<unsigned char>(text[digits])) != 0 || text[digits] == '.'))
    points += text[digits++] == '.' ? 1 : 0;
  if (digits == 0 || digits > 20 || points > 1 || text[0] == '.' || text[digits - 1] == '.')
    return std::nullopt;
  quantity parts;
  parts.number = std::strtod(std::string{text.substr(0, digits)}.c_str(), nullptr);
  parts.unit = std::string{protocol::trimmed(text.substr(digits))};
  return parts;
}

failure not_a(const char* what, std::string_view text, const char* examples) {
  return {errc::malformed, '`' + protocol::printable(text, 60) + "` is no " + what,
          std::string{"write it like "} + examples};
}

std::string format(const char* pattern, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), pattern, value);
  return text.data();
}

} // namespace

protocol::result<std::uint64_t> parse_bytes(std::string_view text) {
  static constexpr std::array<std::pair<const char*, double>, 13> units{{{"", 1},
                                                                         {"b", 1},
                                                                         {"kb", 1e3},
                                                                         {"mb", 1e6},
                                                                         {"gb", 1e9},
                                                                         {"tb", 1e12},
                                                                         {"kib", 1024.0},
                                                                         {"mib", 1048576.0},
                                                                         {"gib", 1073741824.0},
                                                                         {"tib", 1099511627776.0},
                                                                         {"k", 1024.0},
                                                                         {"m", 1048576.0},
                                                                         {"g", 1073741824.0}}};
  auto parts = split(text);
  if (parts)
    for (const auto& [name, factor] : units)
      if (protocol::equal_ignoring_case(parts->unit, name)) {
        auto bytes = parts->number * factor;
        if (bytes < 9.2e18)
          return static_cast<std::uint64_t>(std::llround(bytes));
      }
  return not_a("size", text, "64MiB, 64MB or 67108864");
}

protocol::result<std::uint64_t> parse_chunk_size(std::string_view text) {
  using protocol::registry_profile;
  if (text == "auto")
    return std::uint64_t{0};
  if (text == "whole")
    return registry_profile::unlimited;
  auto bytes = parse_bytes(text);
  if (!bytes || *bytes < registry_profile::smallest_chunk)
    return not_a("size of a chunk", text, "auto, whole, or 64KiB and more, as in 16MiB");
  return bytes;
}

protocol::result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<const char*, double>, 4> units{
    {{"ms", 1}, {"s", 1e3}, {"m", 6e4}, {"h", 3.6e6}}};
  auto parts = split(text);
  if (parts)
    for (const auto& [name, factor] : units)
      if (parts->unit == name) {
        auto milliseconds = parts->number * factor;
        if (milliseconds <= 366 * 24 * 3.6e6)
          return std::chrono::milliseconds{std::llround(milliseconds)};
      }
  return not_a("duration", text, "500ms, 30s, 10m or 2h");
}

std::string human_bytes(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  auto pattern = unit == 0 || value >= 99.95 ? "%.0f " : "%.1f ";
  return format(pattern, value) + units[unit];
}

std::string human_rate(double bytes_per_second) {
  return human_bytes(static_cast<std::uint64_t>(std::max(0.0, bytes_per_second))) + "/s";
}

std::string human_duration(double seconds) {
  if (seconds < 9.95)
    return format("%.1f s", seconds);
  auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 60)
    return std::to_string(whole) + " s";
  if (whole < 3600)
    return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

std::string human_count(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3)
    digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

std::string plural(std::uint64_t number, const char* noun) {
  return human_count(number) + ' ' + noun + (number == 1 ? "" : "s");
}

} // namespace flotilla::app
