#include "tests/support/encoding.hpp"
#include "tests/support/memory_registry.hpp"
#include "tests/support/token_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <ctime>
#include <future>

// The tests' token server, before a registry that is not ours: what it grants, that one takes.

namespace flotilla::test {

namespace {

using namespace std::chrono_literals;

int status_of(const httplib::Result& result) {
  return result ? result->status : -1;
}

token_server_options users() {
  token_server_options options;
  options.users = {{"captain", "pass:wörd", "c-identity", "pull,push", {{"sealed", "pull"}}},
                   {"mate", "m", "", "pull", {}}};
  return options;
}

/// The claim `access` of the token that was given, unverified.
nlohmann::json access_of(const httplib::Result& got) {
  const auto token = nlohmann::json::parse(got->body).at("token").get<std::string>();
  auto claims = token.substr(token.find('.') + 1);
  claims = claims.substr(0, claims.find('.'));
  for (auto& c : claims)
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  claims.resize((claims.size() + 3) / 4 * 4, '=');
  return nlohmann::json::parse(from_base64(claims).value_or("")).at("access");
}

/// A registry that takes this server's tokens alone.
class TokenServer : public ::testing::Test {
protected:
  static registry_options closed(const token_server& by) {
    registry_options options;
    options.tokens = by.trust();
    return options;
  }
  httplib::Result ask(const std::string& scopes, const char* user, const char* password) {
    httplib::Client client("http://" + tokens.address());
    client.set_url_encode(false);
    if (*user != '\0')
      client.set_basic_auth(user, password);
    return client.Get("/token?service=registry.test" + scopes);
  }
  httplib::Result post(httplib::Params fields) {
    fields.emplace("service", "registry.test");
    fields.emplace("scope", "repository:a/m:pull,push repository:b:pull");
    return httplib::Client("http://" + tokens.address()).Post("/token", fields);
  }
  static std::string token_in(const httplib::Result& answer) {
    return status_of(answer) == 200
             ? nlohmann::json::parse(answer->body).at("access_token").get<std::string>()
             : std::string();
  }
  /// Asks the registry for an upload session.
  httplib::Result open_upload(const std::string& token, const std::string& repository = "a/m") {
    httplib::Client client("http://" + there.address());
    client.set_bearer_token_auth(token);
    return client.Post("/v2/" + repository + "/blobs/uploads/");
  }
  httplib::Result look_for_blob(const std::string& token, const std::string& repository) {
    httplib::Client client("http://" + there.address());
    client.set_bearer_token_auth(token);
    return client.Head("/v2/" + repository + "/blobs/" + digest_of(""));
  }

  token_server tokens{users()};
  registry there{closed(tokens)};
};

TEST_F(TokenServer, IsNamedInTheRegistrysChallenge) {
  const auto refused = open_upload("none");
  ASSERT_EQ(status_of(refused), 401);
  const auto with = [&](const std::string& actions) {
    return "Bearer realm=\"http://" + tokens.address()
           + "/token\",service=\"registry.test\",scope=\"repository:a/m:" + actions
           + "\",error=\"invalid_token\"";
  };
  // It tells them in any order, another one each time.
  EXPECT_THAT(refused->get_header_value("WWW-Authenticate"),
              testing::AnyOf(with("pull,push"), with("push,pull")));
}

TEST_F(TokenServer, GivesTokensThatTheRegistryTakes) {
  const auto got
    = ask("&scope=repository:a/m:pull,push&scope=repository:b:pull", "captain", "pass:wörd");
  ASSERT_EQ(status_of(got), 200) << got->body;
  const auto body = nlohmann::json::parse(got->body);
  EXPECT_EQ(body.at("token"), body.at("access_token"));
  EXPECT_EQ(body.at("expires_in"), 300);
  const auto token = token_in(got);
  EXPECT_EQ(status_of(open_upload(token)), 202);
  EXPECT_EQ(status_of(look_for_blob(token, "b")), 404); // seen, not there
  EXPECT_EQ(status_of(open_upload(token, "b")), 401);
  EXPECT_EQ(status_of(look_for_blob(token, "c")), 401);
  EXPECT_EQ(tokens.given(), std::vector<std::string>{token});
}

TEST_F(TokenServer, GrantsNoMoreThanAUserMayDo) {
  const struct {
    const char* user;
    const char* password;
    const char* repository;
    int to_read;
    int to_write;
  } cases[] = {{"captain", "pass:wörd", "a/m", 404, 202},
               {"captain", "pass:wörd", "sealed", 404, 401},
               {"mate", "m", "a/m", 404, 401}};
  for (const auto& x : cases) {
    const auto scope = std::string("&scope=repository:") + x.repository + ":pull,push";
    const auto token = token_in(ask(scope, x.user, x.password));
    ASSERT_FALSE(token.empty()) << x.user;
    EXPECT_EQ(status_of(look_for_blob(token, x.repository)), x.to_read) << x.user << x.repository;
    const auto written = open_upload(token, x.repository);
    EXPECT_EQ(status_of(written), x.to_write) << x.user << x.repository;
    const auto challenge = written->get_header_value("WWW-Authenticate");
    EXPECT_EQ(challenge.find("insufficient_scope") != std::string::npos, x.to_write == 401);
  }
  tokens.set_actions("mate", "pull,push");
  EXPECT_EQ(status_of(open_upload(token_in(ask("&scope=repository:a/m:pull,push", "mate", "m")))),
            202);
}

TEST_F(TokenServer, GivesTokensThatEndOnTime) {
  EXPECT_EQ(status_of(open_upload(tokens.token("a/m", "pull,push", 100s))), 202);
  const auto refused = open_upload(tokens.token("a/m", "pull,push", -2s));
  ASSERT_EQ(status_of(refused), 401);
  EXPECT_NE(refused->get_header_value("WWW-Authenticate").find("invalid_token"), std::string::npos);
  tokens.set_lifetime(-2s);
  const auto dead = ask("&scope=repository:a/m:pull,push", "captain", "pass:wörd");
  EXPECT_EQ(nlohmann::json::parse(dead->body).at("expires_in"), -2);
  EXPECT_EQ(status_of(open_upload(token_in(dead))), 401);
}

TEST_F(TokenServer, KnowsWhoItKnows) {
  EXPECT_EQ(status_of(ask("", "captain", "wrong")), 401);
  EXPECT_EQ(status_of(ask("", "captain", "")), 401);
  EXPECT_EQ(status_of(ask("", "nobody", "m")), 401);
  EXPECT_EQ(status_of(ask("", "", "")), 401);
  EXPECT_EQ(status_of(ask("&service=x", "mate", "m")), 200);
  EXPECT_EQ(status_of(httplib::Client("http://" + tokens.address()).Get("/token?service=x")), 400);
  EXPECT_EQ(tokens.count("GET"), 6U);
}

TEST_F(TokenServer, GivesTokensForAPasswordByPost) {
  const auto got = post({{"grant_type", "password"},
                         {"client_id", "test"},
                         {"access_type", "offline"},
                         {"username", "captain"},
                         {"password", "pass:wörd"}});
  ASSERT_EQ(status_of(got), 200) << got->body;
  EXPECT_EQ(nlohmann::json::parse(got->body).at("refresh_token"), "c-identity");
  EXPECT_EQ(status_of(open_upload(token_in(got))), 202);
  EXPECT_EQ(status_of(look_for_blob(token_in(got), "b")), 404);
  EXPECT_EQ(tokens.last().parameter("username"), "captain");
  EXPECT_EQ(tokens.count("POST"), 1U);
}

TEST_F(TokenServer, GivesTokensForAnIdentityByPost) {
  const auto got = post(
    {{"grant_type", "refresh_token"}, {"client_id", "test"}, {"refresh_token", "c-identity"}});
  ASSERT_EQ(status_of(got), 200) << got->body;
  EXPECT_EQ(status_of(open_upload(token_in(got))), 202);
  EXPECT_FALSE(nlohmann::json::parse(got->body).contains("refresh_token"));
}

TEST_F(TokenServer, RefusesOddPosts) {
  const struct {
    httplib::Params fields;
    int status;
  } cases[] = {
    {{{"grant_type", "refresh_token"}, {"client_id", "test"}, {"refresh_token", "x"}}, 401},
    {{{"grant_type", "refresh_token"}, {"client_id", "test"}, {"refresh_token", ""}}, 401},
    {{{"grant_type", "refresh_token"}, {"client_id", "test"}}, 401},
    {{{"grant_type", "refresh_token"}, {"refresh_token", "c-identity"}}, 400},
    {{{"grant_type", "password"}, {"client_id", "t"}, {"username", "mate"}, {"password", "x"}},
     401},
    {{{"grant_type", "code"}, {"client_id", "test"}}, 400},
    {{{"client_id", "test"}}, 400},
  };
  for (const auto& x : cases)
    EXPECT_EQ(status_of(post(x.fields)), x.status) << x.fields.size();
}

TEST_F(TokenServer, AnswersWhatATestWants) {
  tokens.answer_next({503, {{"Retry-After", "1"}}, "later", {}}, 2);
  tokens.answer_next({200, {}, "no JSON", {}});
  for (const auto* expected : {"later", "later", "no JSON"})
    EXPECT_EQ(ask("", "mate", "m")->body, expected);
  tokens.claim_lifetime(5);
  EXPECT_EQ(nlohmann::json::parse(ask("", "mate", "m")->body).at("expires_in"), 5);
  tokens.claim_lifetime(std::nullopt);
  EXPECT_FALSE(nlohmann::json::parse(ask("", "mate", "m")->body).contains("expires_in"));
}

TEST_F(TokenServer, HoldsItsAnswersBack) {
  tokens.hold();
  auto asked = std::async(std::launch::async, [&] { return status_of(ask("", "mate", "m")); });
  ASSERT_TRUE(tokens.wait_for_held());
  EXPECT_EQ(tokens.count("GET"), 0U);
  tokens.release();
  EXPECT_EQ(asked.get(), 200);
  EXPECT_EQ(tokens.count("GET"), 1U);
}

TEST(TokenServerHabits, IncludeTokensForAnybody) {
  auto options = users();
  options.anonymous = "pull";
  token_server tokens(options);
  httplib::Client client("http://" + tokens.address());
  const auto got
    = client.Get("/token?service=registry.test&offline_token=true&scope=repository:a:pull,push");
  ASSERT_EQ(status_of(got), 200);
  EXPECT_EQ(access_of(got), (nlohmann::json{{{"type", "repository"},
                                             {"name", "a"},
                                             {"actions", nlohmann::json::array({"pull"})}}}));
  EXPECT_FALSE(nlohmann::json::parse(got->body).contains("refresh_token"));
}

TEST(TokenServerHabits, IncludeIdentitiesForOneUse) {
  auto options = users();
  options.rotates = true;
  token_server tokens(options);
  httplib::Client client("http://" + tokens.address());
  const auto refresh = [&](const std::string& identity) {
    return client.Post("/token", httplib::Params{{"grant_type", "refresh_token"},
                                                 {"service", "registry.test"},
                                                 {"client_id", "test"},
                                                 {"refresh_token", identity}});
  };
  const auto first = refresh("c-identity");
  ASSERT_EQ(status_of(first), 200);
  EXPECT_EQ(status_of(refresh("c-identity")), 401);
  const auto next = nlohmann::json::parse(first->body).at("refresh_token").get<std::string>();
  EXPECT_EQ(status_of(refresh(next)), 200);
}

TEST(TokenServerHabits, IncludeAClockThatIsFast) {
  auto options = users();
  options.anonymous = "pull";
  options.clock = 3600s;
  token_server tokens(options);
  httplib::Client client("http://" + tokens.address());
  const auto got = client.Get("/token?service=registry.test");
  ASSERT_EQ(status_of(got), 200);
  std::tm said{};
  const auto text = nlohmann::json::parse(got->body).at("issued_at").get<std::string>();
  ASSERT_NE(::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &said), nullptr) << text;
  EXPECT_GT(::timegm(&said), std::time(nullptr) + 1800);
}

TEST(TokenServerHabits, IncludeToKnowNoOauth) {
  auto options = users();
  options.without_oauth = 405;
  const token_server tokens(options);
  httplib::Client client("http://" + tokens.address());
  EXPECT_EQ(status_of(client.Post("/token", httplib::Params{{"grant_type", "password"}})), 405);
}

} // namespace

} // namespace flotilla::test
