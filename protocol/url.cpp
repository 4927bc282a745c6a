#include "protocol/url.hpp"

#include "protocol/address.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace flotilla::protocol {

namespace {

constexpr std::size_t max_url_bytes = 8 << 10;
constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t http_port = 80;

std::uint16_t default_port(bool secure) {
  return secure ? https_port : http_port;
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_visible_ascii(char c) {
  return c > 0x20 && c < 0x7F;
}

/// Queries and user info may hold secrets.
std::string without_secrets(std::string_view text) {
  text = text.substr(0, text.find_first_of("?#"));
  if (auto at = text.rfind('@'); at != std::string_view::npos)
    text.remove_prefix(at + 1);
  return printable(text, 120);
}

failure malformed(std::string_view text, const std::string& why) {
  return {errc::malformed, "`" + without_secrets(text) + "` is no usable URL: " + why, {}};
}

/// Reads the scheme and its `://` off `text`.
std::optional<bool> take_scheme(std::string_view& text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos)
    return std::nullopt;
  const auto scheme = text.substr(0, end);
  text.remove_prefix(end + 3);
  if (equal_ignoring_case(scheme, "https"))
    return true;
  if (equal_ignoring_case(scheme, "http"))
    return false;
  return std::nullopt;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-'
         && host.find("..") == std::string_view::npos
         && std::all_of(host.begin(), host.end(),
                        [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '_'; });
}

bool is_ipv6_literal(std::string_view host) {
  if (host.size() < 4 || host.front() != '[' || host.back() != ']')
    return false;
  const auto inside = host.substr(1, host.size() - 2);
  return inside.find(':') != std::string_view::npos
         && inside.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto port = whole_number<std::uint16_t>(text);
  return port && *port != 0 ? port : std::nullopt;
}

/// `host[:port]`, where the host may be an IPv6 literal full of colons.
std::pair<std::string_view, std::string_view> split_authority(std::string_view text) {
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos)
    return {text, {}};
  return {text.substr(0, colon), text.substr(colon)};
}

std::string target_of(std::string_view after_authority) {
  const auto text = after_authority.substr(0, after_authority.find('#'));
  return (text.empty() || text.front() != '/' ? "/" : "") + std::string{text};
}

/// RFC 3986 section 5.2.4, on a path that begins with `/`.
std::string without_dot_segments(std::string_view path) {
  std::string kept;
  while (!path.empty()) {
    auto end = std::min(path.find('/', 1), path.size());
    const auto segment = path.substr(0, end);
    const bool last = end == path.size();
    if (segment == "/..")
      kept.resize(std::min(kept.rfind('/'), kept.size()));
    if (segment != "/." && segment != "/..")
      kept += segment;
    else if (last)
      kept += '/';
    path.remove_prefix(end);
  }
  return kept;
}

void remove_dot_segments(url& from) {
  const auto end = std::min(from.target.find('?'), from.target.size());
  from.target
    = without_dot_segments(std::string_view{from.target}.substr(0, end)) + from.target.substr(end);
}

/// A colon before any `/` and `?` ends a scheme (RFC 3986 section 4.2).
bool has_scheme(std::string_view reference) {
  const auto end = reference.find_first_of(":/?");
  return end != std::string_view::npos && reference[end] == ':';
}

/// The absolute URL that `location`, which has no fragment, stands for.
std::string absolute(const url& request, std::string_view location) {
  std::string text{location};
  if (has_scheme(location))
    return text;
  if (text.compare(0, 2, "//") == 0)
    return (request.secure ? "https:" : "http:") + text;
  if (text.compare(0, 1, "/") == 0)
    return request.origin() + text;
  const auto path = request.target.substr(0, request.target.find('?'));
  if (text.empty() || text.front() == '?')
    return request.origin() + path + text;
  return request.origin() + path.substr(0, path.rfind('/') + 1) + text;
}

std::optional<unsigned> take_octet(std::string_view& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto length = static_cast<std::size_t>(end - text.data());
  // A leading zero means octal to some resolvers and a host name to others.
  if (error != std::errc{} || value > 255 || (length > 1 && text.front() == '0'))
    return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool is_ipv4_loopback(std::string_view host) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (host.empty() || host.front() != '.')
        return false;
      host.remove_prefix(1);
    }
    const auto octet = take_octet(host);
    if (!octet || (i == 0 && *octet != 127))
      return false;
  }
  return host.empty();
}

} // namespace

std::string url::to_string() const {
  return origin() + target;
}

std::string url::origin() const {
  auto text = (secure ? "https://" : "http://") + host;
  return port == default_port(secure) ? text : text + ':' + std::to_string(port);
}

std::string url::redacted() const {
  const auto question = target.find('?');
  auto text = origin() + target.substr(0, question);
  if (question == std::string::npos)
    return printable(text);
  auto query = std::string_view{target}.substr(question);
  while (!query.empty()) {
    const auto part = query.substr(0, std::min(query.find('&', 1), query.size()));
    const auto equals = part.find('=');
    text += equals == std::string_view::npos ? part.substr(0, 1) : part.substr(0, equals + 1);
    text += "…";
    query.remove_prefix(part.size());
  }
  return printable(text);
}

result<url> parse_url(std::string_view text) {
  if (text.size() > max_url_bytes)
    return malformed(text, "it is longer than 8 KiB");
  if (!std::all_of(text.begin(), text.end(), is_visible_ascii))
    return malformed(text, "it holds a blank, a control character or one beyond ASCII");
  auto rest = text;
  const auto secure = take_scheme(rest);
  if (!secure)
    return malformed(text, "it begins with neither https:// nor http://");
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos)
    return malformed(text, "user and password have no place in it");
  const auto [host, port] = split_authority(authority);
  if (!is_host_name(host) && !is_ipv6_literal(host))
    return malformed(text, host.empty() ? "it names no host" : "its host is no host name");
  url parsed{*secure, lower(host), default_port(*secure), target_of(rest.substr(authority.size()))};
  if (!port.empty()) {
    const auto number = parse_port(port.substr(1));
    if (!number)
      return malformed(text, "its port is not a number from 1 to 65535");
    parsed.port = *number;
  }
  return parsed;
}

result<url> resolve_location(const url& request, std::string_view location) {
  location = trimmed(location);
  if (location.empty())
    return failure{errc::malformed, "the Location is empty", {}};
  auto resolved = parse_url(absolute(request, location.substr(0, location.find('#'))));
  if (!resolved)
    return resolved;
  remove_dot_segments(*resolved);
  if (auto refused = check_reach(request, *resolved); refused.code != errc::none)
    return refused;
  if (!request.secure || resolved->secure)
    return resolved;
  if (resolved->host != request.host)
    return failure{errc::refused,
                   request.origin() + " leads from https to http: " + resolved->redacted(),
                   "the registry or a proxy before it is set up wrongly"};
  resolved->secure = true;
  if (resolved->port == http_port)
    resolved->port = https_port;
  return resolved;
}

bool same_origin(const url& a, const url& b) noexcept {
  return a.secure == b.secure && a.port == b.port && equal_ignoring_case(a.host, b.host);
}

void add_query(url& to, std::string_view name, std::string_view value) {
  const char last = to.target.empty() ? '\0' : to.target.back();
  if (to.target.find('?') == std::string::npos)
    to.target += '?';
  else if (last != '?' && last != '&')
    to.target += '&';
  to.target.append(name).append("=").append(percent_encoded(value));
}

std::string percent_encoded(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  constexpr std::string_view kept = "-._~:/";
  std::string encoded;
  for (char c : text) {
    if (is_alnum(c) || kept.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 15u];
  }
  return encoded;
}

bool is_loopback(std::string_view host) noexcept {
  return equal_ignoring_case(host, "localhost") || host == "[::1]" || is_ipv4_loopback(host);
}

} // namespace flotilla::protocol
