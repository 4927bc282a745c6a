#include "tests/support/token_server.hpp"

#include "tests/support/encoding.hpp"
#include "tests/support/faults.hpp"
#include "tests/support/scripted_registry.hpp"
#include "tests/support/token_scope.hpp"
#include "tests/support/token_signer.hpp"

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <mutex>

namespace flotilla::test {

namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

constexpr const char* service = "registry.test";
constexpr const char* issuer = "token.test";
/// distribution takes a token for so long after its end, and before its beginning. Ours are dated
/// back by as much, so that they really end when we say.
constexpr seconds leeway{60};

/// In UTC, RFC 3339.
std::string rendered(system_clock::time_point when) {
  const auto whole = system_clock::to_time_t(when);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// The claims of a token for `access`. It ends `lifetime` from now, or up to a second later.
nlohmann::json claims_of(const std::string& user, nlohmann::json access, seconds lifetime,
                         const std::string& id) {
  const auto now = std::chrono::ceil<seconds>(system_clock::now().time_since_epoch()) - leeway;
  return {
    {"iss", issuer},      {"sub", user},        {"aud", service}, {"exp", (now + lifetime).count()},
    {"nbf", now.count()}, {"iat", now.count()}, {"jti", id},      {"access", std::move(access)}};
}

answer in_json(int status, const nlohmann::json& body) {
  return {status, {{"Content-Type", "application/json"}}, body.dump(), {}};
}

answer refused() {
  return registry_error(401, "UNAUTHORIZED", "incorrect username or password");
}

/// As RFC 6749 section 5.2 puts it.
answer bad_request(const std::string& code, const std::string& why) {
  return in_json(400, {{"error", code}, {"error_description", why}});
}

} // namespace

struct token_server::impl {
  explicit impl(token_server_options how)
    : options(std::move(how)), claimed(options.lifetime.count()) {
    server.on("", "",
              [this](const seen_request& request) { return std::optional(serve(request)); });
  }
  ~impl() {
    open_gate();
  }

  void open_gate();
  void pass_gate();
  answer serve(const seen_request& request);
  answer by_get(const seen_request& request);
  answer by_post(const seen_request& request);
  answer give(const seen_request& request, token_user* user, bool with_identity);
  std::vector<std::string> actions_of(const token_user* user, const std::string& repository) const;
  nlohmann::json allowed(const seen_request& request, const token_user* user) const;
  token_user* named(const std::string& name);
  token_user* identified(const std::string& identity);
  std::string renewed(token_user& user);

  std::mutex lock; // all but the three that lock themselves
  std::condition_variable changed;
  token_server_options options;
  std::optional<long> claimed;
  bool closed = false; ///< the gate: requests wait at it
  std::size_t waiting = 0;
  std::vector<std::string> given;
  int renewals = 0;

  const token_signer signer;
  faults instead;
  scripted_registry server; ///< last: it calls `serve`
};

void token_server::impl::open_gate() {
  const std::lock_guard guard(lock);
  closed = false;
  changed.notify_all();
}

void token_server::impl::pass_gate() {
  std::unique_lock guard(lock);
  ++waiting;
  changed.notify_all();
  changed.wait(guard, [this] { return !closed; });
  --waiting;
}

answer token_server::impl::serve(const seen_request& request) {
  if (request.path != "/token")
    return registry_error(404, "UNSUPPORTED", "no such endpoint");
  pass_gate();
  if (const auto fault = instead.next(request))
    return *fault;
  const std::lock_guard guard(lock);
  return request.method == "POST" ? by_post(request) : by_get(request);
}

answer token_server::impl::by_get(const seen_request& request) {
  if (request.parameter("service") != service)
    return bad_request("invalid_request", "unknown service");
  const bool offline = request.parameter("offline_token") == "true";
  const auto shown = request.header("Authorization");
  if (shown.empty())
    return options.anonymous.empty() ? refused() : give(request, nullptr, false);
  if (shown.rfind("Basic ", 0) != 0)
    return bad_request("invalid_request", "only Basic credentials are taken");
  const auto both = from_base64(shown.substr(6)).value_or("");
  const auto colon = both.find(':');
  auto* user = colon == std::string::npos ? nullptr : named(both.substr(0, colon));
  if (user == nullptr || both.substr(colon + 1) != user->password)
    return refused();
  return give(request, user, offline);
}

answer token_server::impl::by_post(const seen_request& request) {
  if (options.without_oauth != 0)
    return registry_error(options.without_oauth, "UNSUPPORTED", "no OAuth2 here");
  if (request.target != "/token")
    return bad_request("invalid_request", "the fields belong into the body");
  if (request.parameter("service") != service || request.parameter("client_id").empty())
    return bad_request("invalid_request", "service and client_id are required");
  const bool offline = request.parameter("access_type") == "offline";
  const auto grant = request.parameter("grant_type");
  if (grant == "password") {
    auto* user = named(request.parameter("username"));
    const bool known = user != nullptr && request.parameter("password") == user->password;
    return known ? give(request, user, offline) : refused();
  }
  if (grant != "refresh_token")
    return bad_request("unsupported_grant_type", "password or refresh_token");
  auto* user = identified(request.parameter("refresh_token"));
  return user == nullptr ? refused() : give(request, user, options.rotates);
}

answer token_server::impl::give(const seen_request& request, token_user* user, bool with_identity) {
  const auto id = std::to_string(given.size() + 1);
  const auto token = signer.sign(
    claims_of(user == nullptr ? "" : user->name, allowed(request, user), options.lifetime, id));
  given.push_back(token);
  nlohmann::json body{{"access_token", token},
                      {"issued_at", rendered(system_clock::now() + options.clock)}};
  if (request.method == "GET")
    body["token"] = token;
  if (claimed)
    body["expires_in"] = *claimed;
  if (with_identity && user != nullptr && !user->identity.empty())
    body["refresh_token"] = renewed(*user);
  return in_json(200, body);
}

/// What `user`, nullptr being anybody, may do there.
std::vector<std::string> token_server::impl::actions_of(const token_user* user,
                                                        const std::string& repository) const {
  if (user == nullptr)
    return split(options.anonymous, ',');
  const auto there = user->in.find(repository);
  return split(there == user->in.end() ? user->actions : there->second, ',');
}

/// The claim `access`: what is both asked for and allowed.
nlohmann::json token_server::impl::allowed(const seen_request& request,
                                           const token_user* user) const {
  auto access = nlohmann::json::array();
  for (const auto& [kind, name, asked] : scopes_of(request)) {
    const auto may = actions_of(user, name);
    auto actions = nlohmann::json::array();
    for (const auto& action : asked)
      if (std::find(may.begin(), may.end(), action) != may.end())
        actions.push_back(action);
    if (!actions.empty())
      access.push_back({{"type", kind}, {"name", name}, {"actions", actions}});
  }
  return access;
}

token_user* token_server::impl::named(const std::string& name) {
  const auto found = std::find_if(options.users.begin(), options.users.end(),
                                  [&](const auto& x) { return x.name == name; });
  return found == options.users.end() ? nullptr : &*found;
}

token_user* token_server::impl::identified(const std::string& identity) {
  const auto found = std::find_if(options.users.begin(), options.users.end(), [&](const auto& x) {
    return !identity.empty() && x.identity == identity;
  });
  return found == options.users.end() ? nullptr : &*found;
}

std::string token_server::impl::renewed(token_user& user) {
  if (options.rotates)
    user.identity += "-" + std::to_string(++renewals);
  given.push_back(user.identity);
  return user.identity;
}

token_server::token_server(token_server_options options)
  : impl_(std::make_unique<impl>(std::move(options))) {
}

token_server::~token_server() = default;

std::string token_server::address() const {
  return impl_->server.address();
}

token_auth token_server::trust() const {
  return {"http://" + address() + "/token", service, issuer, impl_->signer.certificate()};
}

void token_server::set_lifetime(seconds lifetime) {
  const std::lock_guard guard(impl_->lock);
  impl_->options.lifetime = lifetime;
  impl_->claimed = lifetime.count();
}

void token_server::claim_lifetime(std::optional<long> seconds) {
  const std::lock_guard guard(impl_->lock);
  impl_->claimed = seconds;
}

void token_server::set_actions(const std::string& user, const std::string& actions) {
  const std::lock_guard guard(impl_->lock);
  auto* const known = impl_->named(user);
  if (known == nullptr)
    throw std::invalid_argument("no user " + user);
  known->actions = actions;
  known->in.clear();
}

void token_server::answer_next(answer reply, int times) {
  impl_->instead.add("", "", std::move(reply), times);
}

void token_server::hold() {
  const std::lock_guard guard(impl_->lock);
  impl_->closed = true;
}

void token_server::release() {
  impl_->open_gate();
}

bool token_server::wait_for_held(std::size_t least) {
  std::unique_lock guard(impl_->lock);
  return impl_->changed.wait_for(guard, seconds(30),
                                 [&] { return impl_->closed && impl_->waiting >= least; });
}

std::string token_server::token(const std::string& repository, const std::string& actions,
                                seconds lifetime) const {
  const nlohmann::json access{
    {{"type", "repository"}, {"name", repository}, {"actions", split(actions, ',')}}};
  return impl_->signer.sign(claims_of("by-hand", access, lifetime, "by-hand"));
}

std::vector<seen_request> token_server::log() const {
  return impl_->server.log();
}

seen_request token_server::last() const {
  const auto all = log();
  return all.empty() ? seen_request() : all.back();
}

std::size_t token_server::count(const char* method) const {
  return impl_->server.count(method);
}

std::vector<std::string> token_server::given() const {
  const std::lock_guard guard(impl_->lock);
  return impl_->given;
}

} // namespace flotilla::test
