#include "tests/simulation/weather.hpp"

#include <algorithm>

namespace flotilla::simulation {

using protocol::http_response;

http_response answer(int status, protocol::header_fields fields, std::string body) {
  return {status, std::move(fields), std::move(body), {}};
}

http_response refusal(int status, const char* code) {
  return answer(status, {{"Content-Type", "application/json"}},
                R"({"errors":[{"code":")" + std::string{code} + R"("}]})");
}

namespace {

http_response in_trouble(trouble_kind how, draw& dice) {
  auto asked = std::to_string(dice.between(0, 3));
  switch (how) {
    case trouble_kind::server_error: return refusal(500, "UNKNOWN");
    case trouble_kind::bad_gateway: return answer(502, {}, "<html><h1>502 Bad Gateway</h1></html>");
    case trouble_kind::unavailable: return answer(503);
    case trouble_kind::unavailable_in: return answer(503, {{"Retry-After", asked}});
    case trouble_kind::too_many: return refusal(429, "TOOMANYREQUESTS");
    case trouble_kind::too_many_in: return answer(429, {{"Retry-After", asked}});
    case trouble_kind::timed_out: return answer(408);
    case trouble_kind::garbage:
      return answer(200, {{"Content-Type", "text/html"}}, "<html>Welcome to the hotel!</html>");
    case trouble_kind::forbidden: return refusal(403, "DENIED");
    case trouble_kind::not_allowed: return refusal(405, "UNSUPPORTED");
  }
  return answer(500);
}

} // namespace

void weather::begin(const fault& x) {
  forces_.push_back({x, on_.now() + x.span, x.count});
}

bool weather::has_passed(const force& x) const {
  const bool counted = x.of.what == fault_kind::body_cut || x.of.what == fault_kind::answer_lost
                       || x.of.what == fault_kind::mangled;
  if (x.of.what == fault_kind::trouble)
    return x.left == 0 || on_.now() >= x.until;
  return counted ? x.left == 0 : on_.now() >= x.until;
}

weather::force* weather::find(fault_kind what) {
  forces_.erase(std::remove_if(forces_.begin(), forces_.end(),
                               [this](const force& x) { return has_passed(x); }),
                forces_.end());
  auto found = std::find_if(forces_.begin(), forces_.end(),
                            [what](const force& x) { return x.of.what == what; });
  return found == forces_.end() ? nullptr : &*found;
}

bool weather::is_unreachable() const {
  return std::any_of(forces_.begin(), forces_.end(), [this](const force& x) {
    return x.of.what == fault_kind::unreachable && !has_passed(x);
  });
}

std::optional<weather::strike> weather::on_request(deed what) {
  if (what == deed::token && find(fault_kind::no_tokens) != nullptr)
    return strike{answer(503), false};
  for (auto& x : forces_) {
    const auto bit = 1U << static_cast<unsigned>(what);
    if (x.of.what != fault_kind::trouble || has_passed(x) || what == deed::token
        || (x.of.who != 0 && (x.of.who & bit) == 0))
      continue;
    --x.left;
    const auto how = static_cast<trouble_kind>(x.of.detail);
    return strike{in_trouble(how, on_.dice()),
                  how == trouble_kind::bad_gateway && on_.dice().chance(50)};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> weather::on_body(std::uint64_t length) {
  auto* cut = find(fault_kind::body_cut);
  if (cut == nullptr)
    return std::nullopt;
  --cut->left;
  return static_cast<std::uint64_t>(static_cast<double>(length) * cut->of.detail / 1000.0);
}

bool weather::loses_answer(deed what) {
  auto* lost = find(fault_kind::answer_lost);
  if (lost == nullptr || what == deed::token || what == deed::probe)
    return false;
  --lost->left;
  return true;
}

bool weather::mangles() {
  auto* mangled = find(fault_kind::mangled);
  if (mangled == nullptr)
    return false;
  --mangled->left;
  return true;
}

} // namespace flotilla::simulation
