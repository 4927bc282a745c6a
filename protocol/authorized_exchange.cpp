#include "protocol/authorized_exchange.hpp"

#include "protocol/retry.hpp"

namespace flotilla::protocol {

namespace {

constexpr int most_redirects = 5;

/// 301 to 303 turn other methods into a GET (RFC 9110 section 15.4), which no push wants.
bool may_follow(const http_request& request, int status) {
  return status == 307 || status == 308 || request.verb == method::head
         || request.verb == method::get;
}

http_outcome no_answer(failure why) {
  return {no_response{std::move(why), 0, false}};
}

} // namespace

authorized_exchange::authorized_exchange(http_request request, url registry)
  : request_(std::move(request)), registry_(std::move(registry)) {
}

authorized_exchange::step authorized_exchange::begin(std::string authorization) {
  auto parsed = parse_url(request_.url);
  if (!parsed)
    return no_answer({errc::refused, parsed.error().message, {}});
  at_ = std::move(*parsed);
  authorization_ = std::move(authorization);
  return send_now();
}

authorized_exchange::step authorized_exchange::on_outcome(http_outcome outcome) {
  auto* response = std::get_if<http_response>(&outcome.value);
  if (response == nullptr)
    return outcome;
  response->url = request_.url;
  switch (classify(response->status)) {
    case status_class::unauthorized:
      if (authorized_again_ || !request_.authorize || !same_origin(at_, registry_))
        return outcome;
      authorized_again_ = true;
      return authorize{response->fields.joined("www-authenticate"), authorization_};
    case status_class::redirect:
      return request_.follow_redirects ? follow_redirect(std::move(outcome)) : step{outcome};
    default: return outcome;
  }
}

authorized_exchange::step authorized_exchange::on_authorization(std::string authorization) {
  authorization_ = std::move(authorization);
  return send_now();
}

authorized_exchange::step authorized_exchange::on_no_authorization(no_response why) {
  return http_outcome{std::move(why)};
}

authorized_exchange::step authorized_exchange::send_now() {
  if (!request_.authorize)
    return send{request_};
  request_.fields.remove("authorization");
  if (!authorization_.empty() && same_origin(at_, registry_))
    request_.fields.add("Authorization", authorization_);
  return send{request_};
}

authorized_exchange::step authorized_exchange::follow_redirect(http_outcome outcome) {
  const auto& response = *outcome.response();
  auto location = response.fields.value("location");
  if (location.empty() || !may_follow(request_, response.status))
    return outcome;
  if (++redirects_ > most_redirects)
    return no_answer({errc::refused,
                      at_.origin() + " redirects in a circle: more than "
                        + std::to_string(most_redirects) + " times",
                      {}});
  auto next = resolve_location(at_, location);
  if (!next)
    return no_answer({errc::refused, at_.origin() + " redirects: " + next.error().message, {}});
  if (!same_origin(at_, *next))
    request_.fields.remove("authorization");
  at_ = std::move(*next);
  request_.url = at_.to_string();
  return send_now();
}

} // namespace flotilla::protocol
