#include "app/auth_command.hpp"

#include "app/auth_probe.hpp"
#include "app/conclusion.hpp"
#include "app/credentials.hpp"
#include "app/engine.hpp"
#include "app/exit_code.hpp"
#include "app/log.hpp"
#include "app/output.hpp"
#include "app/push_request.hpp"
#include "app/report.hpp"
#include "protocol/openssh_key.hpp"
#include "protocol/text.hpp"

#include <nlohmann/json.hpp>

namespace flotilla::app {

using nlohmann::json;
using protocol::credentials;
using protocol::errc;

namespace {

/// All that is said in the end.
struct check {
  const actors::push_order& order;
  const credentials& who;
  const auth_findings& found;
};

const char* kind_of(const credentials& who) {
  if (who.ollama_key)
    return "key";
  if (!who.registry_token.empty())
    return "registry token";
  if (!who.identity_token.empty())
    return "identity token";
  return who.empty() ? "none" : "password";
}

const char* word_for(permission what) {
  switch (what) {
    case permission::granted: return "yes";
    case permission::refused: return "no";
    case permission::not_tried: break;
  }
  return "not known";
}

json json_for(permission what) {
  return what == permission::not_tried ? json{} : json(what == permission::granted);
}

std::string granted_clause(const std::optional<protocol::granted_access>& granted) {
  if (!granted)
    return "a token that does not say what it allows";
  if (!granted->pull && !granted->push)
    return "a token that allows nothing here";
  return std::string{"a token for "} + (granted->pull ? "pull" : "")
         + (granted->pull && granted->push ? ", " : "") + (granted->push ? "push" : "");
}

std::string login_clause(const auth_findings& found) {
  if (found.scheme == "bearer")
    return granted_clause(found.granted);
  if (found.scheme == "basic")
    return "user and password with every request";
  return found.why.code == errc::none ? "the registry asks for none" : "none";
}

/// `ssh-ed25519 …`, as `.pub` files have it; empty: no key.
std::string public_key_of(const credentials& who) {
  return who.ollama_key ? "ssh-ed25519 " + protocol::ssh_public_text(*who.ollama_key)
                        : std::string{};
}

std::string login_line(const credentials& who) {
  if (who.empty())
    return "none found";
  const auto key = public_key_of(who);
  return kind_of(who) + (key.empty() ? key : ' ' + key)
         + (who.user.empty() ? "" : " of user " + protocol::printable(who.user, 80)) + ", by "
         + who.source;
}

std::string text_of(const check& all) {
  const auto& [order, who, found] = all;
  return order.target.to_string() + "\n  credentials    " + login_line(who) + "\n  authorization  "
         + login_clause(found) + "\n  pull           " + word_for(found.pull)
         + "\n  push           " + word_for(found.push)
         + (found.cancelled ? "\n" : " (the upload that was opened to find out is still open)\n");
}

json json_login(const credentials& who) {
  json login{{"kind", kind_of(who)}, {"user", who.user}, {"source", who.source}};
  if (who.ollama_key)
    login["public_key"] = public_key_of(who);
  return login;
}

json json_of(const check& all) {
  const auto& [order, who, found] = all;
  json granted;
  if (found.granted)
    granted = {{"pull", found.granted->pull}, {"push", found.granted->push}};
  json report{{"reference", order.target.to_string()},
              {"registry", order.at.registry().origin()},
              {"credentials", json_login(who)},
              {"authorization", found.scheme.empty() ? "none" : found.scheme},
              {"token", granted},
              {"pull", json_for(found.pull)},
              {"push", json_for(found.push)},
              {"cancelled", found.cancelled}};
  if (found.why.code != errc::none)
    report.update(json_failure(found.why));
  return report;
}

void name_login(protocol::failure& why, const credentials& who) {
  const auto login = describe(who);
  if (why.message.find(login) == std::string::npos)
    why.message += "; asked " + login;
  if (why.hint == protocol::log_in_hint)
    why.hint = log_in_hint_for(who);
}

/// The credentials as a push would use them, so that the helper that holds them is asked once.
protocol::result<credentials> find_login(const options& chosen, const actors::push_order& order) {
  auto find = credentials_of(chosen);
  if (!find)
    return find.error();
  return actors::find_for(*find, order.at.registry(), order.at.repository());
}

} // namespace

int run_auth(const options& chosen) {
  set_up_log(chosen);
  const auto order = read_order(chosen);
  if (!order)
    return refuse(chosen, order.error());
  const auto who = find_login(chosen, *order);
  if (!who)
    return refuse(chosen, who.error());
  auto found = probe_authorization(make_engine(chosen), *order, *who);
  if (found.why.code == errc::unauthorized)
    name_login(found.why, *who);
  if (found.why.code != errc::none)
    say_failure(found.why);
  const check all{*order, *who, found};
  const auto written = write_out(chosen.json ? render(json_of(all)) + '\n' : text_of(all));
  return written != exit_done ? written : exit_code_of(found.why.code);
}

} // namespace flotilla::app
