#include "protocol/token_exchange.hpp"

#include "protocol/registry_error.hpp"
#include "protocol/retry.hpp"
#include "protocol/text.hpp"

#include <algorithm>

namespace flotilla::protocol {

namespace {

no_response because(failure why) {
  return {std::move(why), 0, false};
}

/// The challenge as if it had asked for these scopes.
challenge asking_for(challenge bearer, const std::vector<std::string>& scopes) {
  if (scopes.empty())
    return bearer;
  auto& all = bearer.parameters;
  all.erase(
    std::remove_if(all.begin(), all.end(),
                   [](const auto& each) { return equal_ignoring_case(each.first, "scope"); }),
    all.end());
  all.emplace_back("scope", scope_field(scopes));
  return bearer;
}

} // namespace

token_exchange::token_exchange(challenge bearer, std::vector<std::string> scopes, credentials who,
                               url registry, token_stamp stamp)
  : bearer_(std::move(bearer)), scopes_(std::move(scopes)), who_(std::move(who)),
    registry_(std::move(registry)), stamp_(stamp) {
  const auto realm = parse_url(bearer_.parameter("realm"));
  server_ = realm ? realm->redacted() : std::string{};
}

token_exchange::step token_exchange::begin() {
  if (who_.ollama_key)
    return ask(way::signed_get);
  return ask(who_.identity_token.empty() ? way::get : way::post);
}

token_exchange::step token_exchange::ask(way by) {
  by_ = by;
  auto request = request_by(by);
  if (!request)
    return because(request.error());
  authorization_ = request->fields.value("authorization");
  return *std::move(request);
}

result<http_request> token_exchange::request_by(way by) const {
  switch (by) {
    case way::post: return token_post(bearer_, scopes_, used(), registry_);
    case way::signed_get: return signed_request();
    case way::get: break;
  }
  return plain_request();
}

result<http_request> token_exchange::plain_request() const {
  const auto at = token_url(bearer_, scopes_, who_, registry_);
  if (!at)
    return at.error();
  http_request request;
  request.url = at->to_string();
  if (!who_.user.empty() || !who_.password.empty())
    request.fields.add("Authorization", basic_authorization(who_));
  return request;
}

result<http_request> token_exchange::signed_request() const {
  auto made = sign_ollama_token_request(asking_for(bearer_, scopes_), registry_, *who_.ollama_key,
                                        stamp_.now, stamp_.nonce);
  if (!made)
    return failure{made.error().code,
                   "no token is asked for " + describe(who_) + ": " + made.error().message,
                   made.error().hint};
  http_request request;
  request.url = made->where.to_string();
  request.fields.add("Authorization", std::move(made->authorization));
  return request;
}

/// The identity token goes by POST alone, and first.
credentials token_exchange::used() const {
  auto some = who_;
  if (second_ || by_ != way::post)
    some.identity_token.clear();
  return some;
}

token_exchange::step token_exchange::on_outcome(http_outcome outcome) {
  if (const auto* none = outcome.failed())
    return because({none->why.code, doing() + ": " + none->why.message, none->why.hint});
  auto& response = std::get<http_response>(outcome.value);
  if (classify(response.status) != status_class::success) {
    conceal_authorization(response.body, authorization_);
    conceal(response.body, who_.password);
    conceal(response.body, who_.identity_token);
  }
  if (may_try_other_way(response.status)) {
    second_ = true;
    return ask(by_ == way::get ? way::post : way::get);
  }
  if (classify(response.status) != status_class::success)
    return refusal(response);
  auto parsed = parse_token_answer(response.body);
  if (!parsed)
    return no_response{
      {errc::unavailable, doing() + ": " + parsed.error().message, {}}, 0, false, "token", {}};
  return std::move(*parsed);
}

/// 404 (GCR), 401 (Artifactory), 400 (ACR) or 405 mean that there is no POST; 404 and 405 that
/// there is no GET.
bool token_exchange::may_try_other_way(int status) const noexcept {
  if (second_ || by_ == way::signed_get || who_.user.empty() || who_.password.empty())
    return false;
  const bool no_such_way = status == 404 || status == 405;
  return no_such_way || (by_ == way::post && (status == 400 || status == 401));
}

token_exchange::step token_exchange::refusal(const http_response& response) const {
  const auto kind = classify(response.status);
  if (kind == status_class::retry)
    return no_response{{errc::unavailable, doing() + ": answered " + describe(response), {}},
                       0,
                       false,
                       std::to_string(response.status),
                       printable(response.fields.value("retry-after"), 64)};
  // OAuth2 says so with a 400, `invalid_grant` (RFC 6749 section 5.2).
  const bool bad_grant = by_ == way::post && response.status == 400;
  if (kind == status_class::unauthorized || kind == status_class::forbidden || bad_grant)
    return because({errc::unauthorized, doing() + ": refused with " + describe(response),
                    log_in_hint_for(who_)});
  return because({errc::refused, doing() + ": answered " + describe(response), {}});
}

std::string token_exchange::doing() const {
  return "getting a token " + describe(used()) + " from " + server_;
}

} // namespace flotilla::protocol
