#include "protocol/verdict.hpp"

#include "protocol/challenge.hpp"
#include "protocol/registry_error.hpp"
#include "protocol/retry.hpp"
#include "protocol/text.hpp"
#include "protocol/token.hpp"

#include <optional>

namespace flotilla::protocol {

namespace {

std::string place(const endpoint& at) {
  return at.registry().origin() + '/' + at.repository();
}

std::optional<std::uint64_t> content_length(const http_response& response) {
  return whole_number<std::uint64_t>(response.fields.value("content-length"));
}

/// A 200 alone is anybody's. It counts with the right length, or, where a proxy leaves that out,
/// with our digest; a blob that is only said to be there is sent, which does no harm.
bool serves(const http_response& response, const digest& id, std::uint64_t size) {
  auto named = named_digest(response);
  if (named && *named != id)
    return false;
  auto length = content_length(response);
  return length ? *length == size : named.has_value();
}

const char* hint_for(const http_response& response) {
  switch (response.status) {
    case 401: return log_in_hint;
    case 403: return "ask for push permission on this repository, or check its quota and policies";
    case 404: return "some registries want the repository to be created first";
    case 405: return "the registry may be in read-only mode";
    case 409:
    case 412: return "the tag may be immutable: choose another one";
    case 411:
    case 413: return "a proxy or the registry limits the size of one request: raise its limit";
    default: return "";
  }
}

/// Whoever mends a login must know where the token came from.
std::string realm_clause(const http_response& response) {
  auto chosen = preferred_challenge(parse_challenges(response.fields.joined("www-authenticate")));
  if (response.status != 401 || !chosen)
    return {};
  auto realm = chosen->parameter("realm");
  auto at = parse_url(realm);
  return "; it wants " + chosen->scheme + " authorization of realm "
         + (at ? at->redacted() : printable(realm, 120));
}

std::string remark_clause(const http_response& response) {
  return response.remark.empty() ? std::string{} : "; " + response.remark;
}

failure refusal(const http_response& response, const std::string& what) {
  auto kind = classify(response.status);
  auto code = kind == status_class::unauthorized || kind == status_class::forbidden
                ? errc::unauthorized
                : errc::refused;
  return {code,
          what + ": the registry answered " + describe(response) + realm_clause(response)
            + remark_clause(response),
          hint_for(response)};
}

template <class T>
verdict<T> widen(std::variant<try_again, failure> narrow) {
  if (auto* again = std::get_if<try_again>(&narrow))
    return std::move(*again);
  return std::get<failure>(std::move(narrow));
}

/// Go's TLS server and nginx say so to a client that speaks plain HTTP to them.
bool wants_tls(const http_response& response) {
  return response.status == 400 && response.body.find("HTTPS") != std::string::npos;
}

/// nginx says so in the answer, having let the handshake pass.
bool wants_client_certificate(const http_response& response) {
  return response.status == 400 && response.body.find("SSL certificate") != std::string::npos;
}

} // namespace

std::optional<digest> named_digest(const http_response& response) {
  auto parsed = digest::parse(response.fields.value("docker-content-digest"));
  if (!parsed)
    return std::nullopt;
  return *parsed;
}

failure in_context(const std::string& what, const failure& why) {
  return {why.code, what + ": " + why.message, why.hint};
}

std::variant<try_again, failure> setback(const http_outcome& outcome, const std::string& what) {
  if (const auto* none = outcome.failed()) {
    if (none->why.code == errc::unavailable)
      return try_again{none->reason.empty() ? "network" : none->reason,
                       what + ": " + none->why.message, none->retry_after};
    return in_context(what, none->why);
  }
  const auto& response = *outcome.response();
  if (classify(response.status) != status_class::retry)
    return refusal(response, what);
  return try_again{std::to_string(response.status),
                   what + ": the registry answered " + describe(response),
                   std::string{response.fields.value("retry-after")}};
}

verdict<presence> judge_blob_head(const http_outcome& outcome, const endpoint& at, const digest& id,
                                  std::uint64_t size) {
  if (const auto* response = outcome.response()) {
    if (response->status == 200)
      return serves(*response, id, size) ? presence::present : presence::absent;
    if (classify(response->status) == status_class::absent)
      return presence::absent;
  }
  return widen<presence>(setback(outcome, "asking " + place(at) + " for " + id.brief()));
}

verdict<std::monostate> judge_probe(const http_outcome& outcome, const endpoint& at) {
  auto what = "reaching the registry " + at.registry().origin();
  const auto* response = outcome.response();
  if (response == nullptr)
    return widen<std::monostate>(setback(outcome, what));
  if (response->status == 200)
    return std::monostate{};
  if (!at.registry().secure && wants_tls(*response))
    return failure{errc::usage, what + ": it speaks TLS, and was asked in plain HTTP",
                   "leave out --plain-http, or give --plain-http=false for a loopback address"};
  if (at.registry().secure && wants_client_certificate(*response))
    return failure{errc::usage,
                   what + ": it demands a client certificate, and answered " + describe(*response),
                   "give --client-cert and --client-key, issued by an authority that it trusts"};
  auto kind = classify(response->status);
  if (kind == status_class::unauthorized || kind == status_class::forbidden
      || kind == status_class::retry)
    return widen<std::monostate>(setback(outcome, what));
  return failure{errc::refused,
                 what + ": it answered " + describe(*response)
                   + " to GET /v2/, as no registry does",
                 "check host and port of the reference"};
}

namespace {

template <class DigestOf>
verdict<presence> judge_look(const http_outcome& outcome, const endpoint& at,
                             const std::string& reference, const digest& id, DigestOf digest_of) {
  if (const auto* response = outcome.response()) {
    if (response->status == 200)
      return digest_of(*response) == id ? presence::present : presence::absent;
    if (classify(response->status) == status_class::absent)
      return presence::absent;
  }
  return widen<presence>(setback(outcome, "asking " + place(at) + " for manifest " + reference));
}

} // namespace

verdict<presence> judge_manifest_head(const http_outcome& outcome, const endpoint& at,
                                      const std::string& reference, const digest& id) {
  return judge_look(outcome, at, reference, id, named_digest);
}

verdict<presence> judge_manifest_look(const http_outcome& outcome, const endpoint& at,
                                      const std::string& reference, const digest& id) {
  return judge_look(outcome, at, reference, id,
                    [](const http_response& response) { return digest::of(response.body); });
}

verdict<std::monostate> judge_manifest_put(const http_outcome& outcome, const endpoint& at,
                                           const std::string& reference, const digest& id) {
  auto what = "putting manifest " + reference + " into " + place(at);
  const auto* response = outcome.response();
  if (response != nullptr && has_error_code(*response, "MANIFEST_BLOB_UNKNOWN"))
    return failure{errc::incomplete, what + ": the registry answered " + describe(*response),
                   "the registry has lost a blob, or refuses what it cannot read: ask its owner"};
  if (response == nullptr || classify(response->status) != status_class::success)
    return widen<std::monostate>(setback(outcome, what));
  auto named = named_digest(*response);
  if (named && *named != id)
    return failure{errc::refused,
                   what + ": the registry stored it as " + named->to_string() + ", not as "
                     + id.to_string(),
                   "a proxy or the registry rewrites manifests; such a model cannot be verified"};
  if (response->status != 201 && !named) // distribution-spec, "Pushing Manifests": 201
    return failure{errc::refused,
                   what + ": the answer was " + describe(*response)
                     + ", which does not say that anything was stored",
                   "something else than a registry may have answered: check host and proxy"};
  return std::monostate{};
}

verdict<std::monostate> judge_manifest_get(const http_outcome& outcome, const endpoint& at,
                                           const std::string& reference, const digest& id) {
  auto what = "verifying manifest " + reference + " in " + place(at);
  const auto* response = outcome.response();
  if (response == nullptr)
    return widen<std::monostate>(setback(outcome, what));
  if (classify(response->status) == status_class::absent)
    return failure{errc::differs, what + ": the registry does not have it", {}};
  if (response->status != 200)
    return widen<std::monostate>(setback(outcome, what));
  auto served = digest::of(response->body);
  if (served != id)
    return failure{errc::differs,
                   what + ": the registry serves " + served.to_string() + " instead of "
                     + id.to_string(),
                   {}};
  return std::monostate{};
}

} // namespace flotilla::protocol
