#include "app/fleet_names.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <arpa/inet.h>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
using protocol::printable;

namespace {

constexpr std::size_t longest_member = 64; // of a common name, RFC 5280 appendix A
constexpr std::size_t longest_dns_name = 253;
constexpr std::size_t longest_label = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= longest_label && text.front() != '-' && text.back() != '-'
         && std::all_of(text.begin(), text.end(),
                        [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

/// RFC 1123 section 2.1: what ends in a number is an address, or nothing.
bool is_dns_name(std::string_view text) {
  if (text.size() > longest_dns_name)
    return false;
  for (auto dot = text.find('.'); dot != std::string_view::npos; dot = text.find('.')) {
    if (!is_label(text.substr(0, dot)))
      return false;
    text.remove_prefix(dot + 1);
  }
  return is_label(text) && !std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<std::string> address_bytes(const std::string& text) {
  if (text.find('\0') != std::string::npos)
    return std::nullopt;
  char bytes[sizeof(in6_addr)];
  if (::inet_pton(AF_INET, text.c_str(), bytes) == 1)
    return std::string(bytes, sizeof(in_addr));
  if (::inet_pton(AF_INET6, text.c_str(), bytes) == 1)
    return std::string(bytes, sizeof bytes);
  return std::nullopt;
}

std::optional<fleet_name> read_name(const std::string& text) {
  if (auto bytes = address_bytes(text))
    return fleet_name{*std::move(bytes), true};
  if (is_dns_name(text))
    return fleet_name{protocol::lower(text), false};
  return std::nullopt;
}

void add_once(std::vector<fleet_name>& to, fleet_name name) {
  const auto same
    = [&](const fleet_name& x) { return x.is_address == name.is_address && x.bytes == name.bytes; };
  if (std::none_of(to.begin(), to.end(), same))
    to.push_back(std::move(name));
}

} // namespace

failure check_member_name(const std::string& name) {
  const auto may_be_inside
    = [](char c) { return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-'; };
  if (name == "ca")
    return {errc::usage, "NAME `ca` is taken: the authority's files are called so",
            "name the process that gets the certificate"};
  if (!name.empty() && name.size() <= longest_member && name.front() != '.' && name.front() != '-'
      && std::all_of(name.begin(), name.end(), may_be_inside))
    return {};
  return {errc::usage, "NAME `" + printable(name, 80) + "` cannot be a certificate's",
          "give 1 to 64 of A-Z a-z 0-9 . _ -, the first no dot or dash"};
}

protocol::result<std::vector<fleet_name>> subject_names(const std::string& member,
                                                        const std::vector<std::string>& hosts) {
  std::vector<fleet_name> names;
  if (auto own = read_name(member))
    names.push_back(*std::move(own));
  for (const auto& host : hosts) {
    auto name = read_name(host);
    if (!name)
      return failure{errc::usage, "--host `" + printable(host, 80) + "` is no host",
                     "give a DNS name or an IP address, without a port"};
    add_once(names, *std::move(name));
  }
  return names;
}

} // namespace flotilla::app
