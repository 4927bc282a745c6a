#include "protocol/address.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <arpa/inet.h>

namespace flotilla::protocol {

namespace {

using std::string_view;
using ipv4 = std::array<std::uint8_t, 4>;
using ipv6 = std::array<std::uint8_t, 16>;

bool is_private(const ipv4& x) {
  switch (x[0]) {
    case 0:
    case 10:
    case 127: return true;
    case 169: return x[1] == 254;
    case 172: return x[1] >= 16 && x[1] < 32;
    case 192: return x[1] == 168;
    default: return false;
  }
}

/// `::`, `::1` and what wraps an IPv4 address have nothing but zeros before their last bytes.
bool is_private(const ipv6& x) {
  const auto zeros_end = std::find_if(x.begin(), x.end(), [](auto byte) { return byte != 0; });
  const auto zeros = zeros_end - x.begin();
  const ipv4 last{x[12], x[13], x[14], x[15]};
  if (zeros >= 12)
    return zeros >= 15 || is_private(last); // IPv4-compatible: RFC 4291 section 2.5.5.1
  if (zeros == 10 && x[10] == 0xFF && x[11] == 0xFF)
    return is_private(last); // IPv4-mapped: section 2.5.5.2
  const bool unique_local = (x[0] & 0xFE) == 0xFC;
  const bool link_local = x[0] == 0xFE && (x[1] & 0xC0) == 0x80;
  return unique_local || link_local;
}

string_view without_last_dot(string_view host) {
  if (!host.empty() && host.back() == '.')
    host.remove_suffix(1);
  return host;
}

/// As a host of digits does, or one of `0x` and digits: no top-level domain is a number.
bool ends_in_a_number(string_view host) {
  const auto last = lower(host.substr(host.rfind('.') + 1));
  if (last.compare(0, 2, "0x") == 0)
    return last.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
  return !last.empty() && last.find_first_not_of("0123456789") == std::string::npos;
}

bool is_below(string_view host, string_view domain) {
  if (host.size() == domain.size())
    return equal_ignoring_case(host, domain);
  return host.size() > domain.size() && host[host.size() - domain.size() - 1] == '.'
         && equal_ignoring_case(host.substr(host.size() - domain.size()), domain);
}

} // namespace

bool is_private_address(string_view host) {
  host = without_last_dot(host);
  if (host.size() > 2 && host.front() == '[') {
    ipv6 bytes{};
    const std::string text{host.substr(1, host.size() - 2)};
    return ::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1 || is_private(bytes);
  }
  if (!ends_in_a_number(host))
    return is_below(host, "localhost");
  ipv4 bytes{};
  return ::inet_pton(AF_INET, std::string{host}.c_str(), bytes.data()) != 1 || is_private(bytes);
}

bool is_local_name(string_view host) {
  host = without_last_dot(host);
  if (host.empty() || host.front() == '[' || ends_in_a_number(host))
    return false;
  if (host.find('.') == string_view::npos)
    return true;
  for (const char* domain : {"local", "localhost", "internal", "lan", "home.arpa"})
    if (is_below(host, domain))
      return true;
  return false;
}

failure check_reach(const url& from, const url& to) {
  if (!is_private_address(to.host) || is_private_address(from.host) || is_local_name(from.host))
    return {};
  return {errc::refused, from.origin() + " leads to " + to.redacted() + ", a private address",
          "a registry of your own network must give a name there, or be named by its own address"};
}

} // namespace flotilla::protocol
