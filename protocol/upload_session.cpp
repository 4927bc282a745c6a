#include "protocol/upload_session.hpp"

#include "protocol/registry_error.hpp"
#include "protocol/text.hpp"

#include <tuple>

namespace flotilla::protocol {

namespace {

/// Some registries write the unit that RFC 9110 has, and this protocol has not.
std::string_view without_unit(std::string_view range) {
  constexpr std::string_view unit = "bytes";
  if (range.size() <= unit.size() || !equal_ignoring_case(range.substr(0, unit.size()), unit)
      || (range[unit.size()] != '=' && range[unit.size()] != ' '))
    return range;
  return trimmed(range.substr(unit.size() + 1));
}

failure malformed(std::string_view range, const char* why) {
  return {errc::malformed, "Range `" + printable(range, 60) + "` " + why, {}};
}

} // namespace

bool operator==(const upload_session& a, const upload_session& b) noexcept {
  auto all = [](const upload_session& of) {
    return std::tie(of.held, of.location.secure, of.location.host, of.location.port,
                    of.location.target);
  };
  return all(a) == all(b);
}

result<upload_session> read_session(const http_response& response, const url& request) {
  const auto location = response.fields.value("location");
  if (trimmed(location).empty())
    return failure{errc::refused,
                   request.redacted() + " answered " + std::to_string(response.status)
                     + " without a Location for the upload",
                   "no registry does so: check what answers at this address"};
  auto resolved = resolve_location(request, location);
  if (!resolved)
    return failure{errc::refused,
                   request.redacted()
                     + " answered with a Location that cannot be used: " + resolved.error().message,
                   resolved.error().hint};
  // The range is a hint at best: what cannot be read counts as nothing held.
  const auto held = parse_held_bytes(response.fields.value("range"));
  return upload_session{std::move(*resolved), held ? *held : 0};
}

result<std::optional<url>> next_location(const http_response& response) {
  if (trimmed(response.fields.value("location")).empty())
    return std::optional<url>{};
  const auto asked = parse_url(response.url);
  if (!asked)
    return failure{errc::internal, asked.error().message, {}};
  auto session = read_session(response, *asked);
  if (!session)
    return session.error();
  return std::optional{std::move(session->location)};
}

std::optional<std::uint64_t> held_in_status(const http_response& response) {
  const auto range = trimmed(response.fields.value("range"));
  const auto held = parse_held_bytes(range);
  if (range.empty() || !held)
    return std::nullopt;
  const bool by_quay
    = without_unit(range) != range && trimmed(response.fields.value("location")).empty();
  return by_quay && *held > 0 ? *held - 1 : *held;
}

result<std::uint64_t> parse_held_bytes(std::string_view range) {
  const auto text = without_unit(trimmed(range));
  if (text.empty() || text == "0--1")
    return std::uint64_t{0};
  if (text.substr(0, 2) != "0-")
    return malformed(range, "does not begin at 0");
  const auto last = whole_number<std::uint64_t>(text.substr(2));
  if (!last || *last == UINT64_MAX)
    return malformed(range, "has no last byte");
  return *last == 0 ? std::uint64_t{0} : *last + 1;
}

bool is_lost_session(const http_response& response) {
  return response.status == 404 || response.status == 416
         || (response.status == 400
             && (has_error_code(response, "BLOB_UPLOAD_INVALID")
                 || has_error_code(response, "BLOB_UPLOAD_UNKNOWN")));
}

std::string closing_url(const upload_session& session, const digest& id) {
  auto location = session.location;
  add_query(location, "digest", id.to_string());
  return location.to_string();
}

} // namespace flotilla::protocol
