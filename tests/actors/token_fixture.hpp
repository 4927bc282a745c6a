#pragma once

#include "actors/token.hpp"
#include "protocol/docker_config.hpp"
#include "protocol/openssh_key.hpp"
#include "tests/support/scripted_http.hpp"
#include "tests/support/virtual_time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::actors {

/// What became of one question.
struct told {
  std::optional<authorization> given;
  std::optional<protocol::no_response> refused;
};

/// A token actor before a token server, whose tokens are t1, t2, … and live 100 s.
class token_fixture : public test::virtual_time {
protected:
  token_fixture() {
    net->respond = [this](const protocol::http_request&) { return serve(); };
    net->hold = [this](const protocol::http_request&) { return hold; };
    http = sys.spawn(test::scripted_http, net);
    tokens = sys.spawn(token, http, [this](const std::string& host, const std::string& repository) {
      return look_up(host, repository);
    });
  }

  ~token_fixture() override {
    net->held.clear(); // what waits for an answer is held by the network, and holds it
    for (const auto& each :
         {caf::actor_cast<caf::actor>(tokens), caf::actor_cast<caf::actor>(http)})
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    settle();
  }

  protocol::http_outcome serve() {
    if (answer_instead)
      return *answer_instead;
    return test::network::answer(
      200, {}, R"({"token":"t)" + std::to_string(++issued) + R"(","expires_in":100})");
  }

  protocol::result<protocol::credentials> look_up(const std::string& host,
                                                  const std::string& repository) const {
    if (key) {
      protocol::credentials who;
      who.ollama_key = key;
      who.source = "the tests";
      return who;
    }
    auto found
      = protocol::find_stored_login(config, protocol::login_file::docker, host, repository);
    if (!found)
      return found.error();
    return *found ? (*found)->who : protocol::credentials{};
  }

  static std::string login(const std::string& host) {
    // ann:secret, by coreutils' base64
    return R"({"auths":{")" + host + R"(":{"auth":"YW5uOnNlY3JldA=="}}})";
  }

  /// Asks, and lets all who are under way go on. The answer comes when there is one.
  std::shared_ptr<told> ask(std::string answering = {}, std::string rejected = {}) {
    auto heard = std::make_shared<told>();
    authorization_request request{registry, scopes, std::move(answering), std::move(rejected)};
    sys.spawn([this, heard, request](caf::event_based_actor* self) {
      self->request(tokens, caf::infinite, atom::authorize_v, request)
        .then([heard](const authorization& fresh) { heard->given = fresh; },
              [heard](const caf::error& error) { heard->refused = to_no_response(error); });
    });
    settle();
    return heard;
  }
  /// What is given, as `<token> <seconds>`, or the code of the refusal.
  std::string gist(std::string answering = {}, std::string rejected = {}) {
    return gist_of(*ask(std::move(answering), std::move(rejected)));
  }
  static std::string gist_of(const told& heard) {
    if (heard.refused)
      return to_string(heard.refused->why.code);
    if (!heard.given)
      return "nothing yet";
    return heard.given->field + ' '
           + std::to_string(
             std::chrono::floor<std::chrono::seconds>(heard.given->lifetime).count());
  }

  token_totals totals() {
    token_totals heard;
    sys.spawn([this, &heard](caf::event_based_actor* self) {
      self->request(tokens, caf::infinite, atom::totals_v).then([&heard](const token_totals& now) {
        heard = now;
      });
    });
    settle();
    return heard;
  }

  /// The request that is held gets its answer, and all of these hear the same.
  void let_go_and_expect(const std::vector<std::shared_ptr<told>>& heard, const std::string& gist) {
    net->let_go(0);
    settle();
    for (const auto& each : heard)
      EXPECT_EQ(gist_of(*each), gist);
  }

  std::shared_ptr<test::network> net = std::make_shared<test::network>();
  http_actor http;
  token_office_actor tokens;
  std::string config = login("registry.test");
  std::shared_ptr<const protocol::ed25519_key> key; ///< set: instead of a login
  protocol::url registry = *protocol::parse_url("https://registry.test");
  std::vector<std::string> scopes{"repository:m/x:pull,push"};
  std::optional<protocol::http_outcome> answer_instead;
  bool hold = false;
  int issued = 0;
};

} // namespace flotilla::actors
