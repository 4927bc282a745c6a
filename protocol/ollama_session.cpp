#include "protocol/ollama_session.hpp"

#include "protocol/retry.hpp"
#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

constexpr std::string_view session_field = "Docker-Upload-Location";
constexpr std::string_view signed_prefix = "X-Signed-Header-";
constexpr std::size_t most_fields = 32;
constexpr std::size_t longest_field = 4 << 10; // bytes of a value
constexpr std::uint64_t mib = 1 << 20;

failure unusable(const http_response& response, std::string_view field, const std::string& why,
                 std::string hint = {}) {
  auto asked = parse_url(response.url);
  return {errc::refused,
          (asked ? asked->redacted() : std::string{"the registry"}) + " answered with "
            + std::string{field} + " that cannot be used: " + why,
          std::move(hint)};
}

result<std::optional<url>> url_in(const http_response& response, std::string_view field) {
  const auto text = trimmed(response.fields.value(field));
  if (text.empty())
    return std::optional<url>{};
  auto asked = parse_url(response.url);
  if (!asked)
    return failure{errc::internal, asked.error().message, {}};
  auto resolved = resolve_location(*asked, text);
  if (!resolved)
    return unusable(response, "a " + std::string{field}, resolved.error().message,
                    resolved.error().hint);
  return std::optional{std::move(*resolved)};
}

/// A signature covers the very bytes of the path: they stay, even where RFC 3986 would tidy them.
result<std::optional<storage_place>> storage_in(const http_response& response,
                                                std::string_view field) {
  auto named = url_in(response, field);
  if (!named)
    return named.error();
  if (!*named)
    return std::optional<storage_place>{};
  if (auto verbatim = parse_url(trimmed(response.fields.value(field))))
    (*named)->target = std::move(verbatim->target);
  return std::optional{storage_place{std::move(**named), {}}};
}

/// They belong to the connection, or to whoever sends the body.
bool is_ours(std::string_view name) {
  constexpr std::string_view ours[] = {"host",
                                       "content-length",
                                       "transfer-encoding",
                                       "connection",
                                       "expect",
                                       "keep-alive",
                                       "te",
                                       "trailer",
                                       "upgrade",
                                       "proxy-authorization",
                                       "proxy-connection"};
  return std::any_of(std::begin(ours), std::end(ours),
                     [name](auto each) { return equal_ignoring_case(each, name); });
}

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

bool fits_a_field(std::string_view value) {
  return value.size() <= longest_field && std::all_of(value.begin(), value.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return c == '\t' || (byte >= 0x20 && byte != 0x7F);
         });
}

/// @returns false where the registry asks for what no request can carry.
bool take_signed(const http_response& response, header_fields& into) {
  std::size_t taken = 0;
  for (const auto& [key, value] : response.fields) {
    if (key.size() < signed_prefix.size()
        || !equal_ignoring_case(std::string_view{key}.substr(0, signed_prefix.size()),
                                signed_prefix))
      continue;
    const auto name = std::string_view{key}.substr(signed_prefix.size());
    if (is_ours(name))
      continue;
    if (++taken > most_fields || !is_token(name) || !fits_a_field(value))
      return false;
    into.set(name, value);
  }
  return true;
}

} // namespace

bool names_ollama_session(const http_response& response) {
  return !trimmed(response.fields.value(session_field)).empty();
}

result<std::optional<url>> ollama_session_in(const http_response& response) {
  const bool redirect = classify(response.status) == status_class::redirect;
  return url_in(response, redirect || names_ollama_session(response) ? session_field : "Location");
}

bool is_disputed(int status) noexcept {
  return status == 400 || status == 409;
}

result<std::optional<storage_place>> part_storage_in(const http_response& response) {
  return storage_in(response, "Location");
}

result<std::optional<storage_place>> direct_storage_in(const http_response& response) {
  auto place = storage_in(response, "X-Direct-Upload-URL");
  if (place && *place && !take_signed(response, (*place)->fields))
    return unusable(response, "signed headers", "too many, too long, or with control characters");
  return place;
}

std::uint64_t ollama_part_size(std::uint64_t blob) noexcept {
  return std::clamp(blob / 16, 100 * mib, 1000 * mib);
}

} // namespace flotilla::protocol
