#include "protocol/token_exchange.hpp"

#include "tests/support/known_key.hpp"

#include <gmock/gmock.h>

#include <numeric>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

http_outcome answer(int status, std::string body = {}, header_fields fields = {}) {
  return {http_response{status, std::move(fields), std::move(body), {}, {}}};
}

credentials password() {
  credentials who{"ann", "pass word&="};
  who.source = "the tests";
  return who;
}
credentials identity(bool with_password) {
  auto who = with_password ? password() : credentials{};
  who.identity_token = "iden tity&=";
  who.source = "the tests";
  return who;
}

credentials key() {
  credentials who;
  who.ollama_key = std::make_shared<const ed25519_key>(test::known_key::pair());
  who.source = "the tests";
  return who;
}
/// Of the test vector: 2025-01-01T00:00:00Z, 00…0f.
token_stamp stamp() {
  token_stamp made;
  made.now = std::chrono::seconds{1'735'689'600};
  std::iota(made.nonce.begin(), made.nonce.end(), std::uint8_t{0});
  return made;
}

token_exchange exchange(credentials who) {
  return {parse_challenges(R"(Bearer realm="https://auth.test/token",service="a b")").at(0),
          {"repository:m/x:pull,push", "repository:m/y:pull"},
          std::move(who),
          *parse_url("https://registry.test"),
          stamp()};
}
/// With Ollama's registry, as in the test vector but for what is named.
token_exchange signed_exchange(std::vector<std::string> scopes
                               = {"repository:myns/mymodel:pull,push"},
                               const std::string& realm = "https://registry.ollama.ai/v2/token",
                               const std::string& scope = "repository:other/one:pull") {
  const auto challenge
    = "Bearer realm=\"" + realm + "\",service=\"registry.ollama.ai\",scope=\"" + scope + '"';
  return {parse_challenges(challenge).at(0), std::move(scopes), key(),
          *parse_url("https://registry.ollama.ai"), stamp()};
}

const http_request& sent(const token_exchange::step& step) {
  return std::get<http_request>(step);
}

/// `GET`, `POST`, `token t`, or the code and reason of a refusal.
std::string gist(const token_exchange::step& step) {
  if (const auto* request = std::get_if<http_request>(&step))
    return to_string(request->verb);
  if (const auto* given = std::get_if<token_answer>(&step))
    return "token " + given->token;
  const auto& none = std::get<no_response>(step);
  return std::string{to_string(none.why.code)} + (none.reason.empty() ? "" : " " + none.reason);
}

TEST(TokenExchange, GoesByGetWithAPassword) {
  auto machine = exchange(password());
  const auto step = machine.begin();
  ASSERT_EQ(gist(step), "GET");
  EXPECT_EQ(sent(step).url, "https://auth.test/token?service=a%20b&scope=repository:m/x:pull%2Cpush"
                            "&scope=repository:m/y:pull&account=ann");
  // printf 'ann:pass word&=' | base64
  EXPECT_EQ(sent(step).fields.value("authorization"), "Basic YW5uOnBhc3Mgd29yZCY9");
  EXPECT_EQ(gist(machine.on_outcome(answer(200, R"({"token":"t1"})"))), "token t1");
}

TEST(TokenExchange, GoesByGetWithoutALogin) {
  auto machine = exchange({});
  const auto step = machine.begin();
  ASSERT_EQ(gist(step), "GET");
  EXPECT_EQ(sent(step).fields.value("authorization"), "");
  EXPECT_THAT(sent(step).url, Not(HasSubstr("account")));
}

TEST(TokenExchange, GoesByPostWithAnIdentityToken) {
  auto machine = exchange(identity(true));
  const auto step = machine.begin();
  ASSERT_EQ(gist(step), "POST");
  EXPECT_EQ(sent(step).url, "https://auth.test/token");
  EXPECT_EQ(sent(step).fields.value("authorization"), "");
  EXPECT_EQ(sent(step).fields.value("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(
    sent(step).content,
    "grant_type=refresh_token&service=a%20b&client_id=flotilla"
    "&scope=repository:m/x:pull%2Cpush%20repository:m/y:pull&refresh_token=iden%20tity%26%3D");
  const auto end = machine.on_outcome(
    answer(200, R"({"access_token":"t1","expires_in":9,"refresh_token":"next"})"));
  ASSERT_EQ(gist(end), "token t1");
  EXPECT_EQ(std::get<token_answer>(end).identity_token, "next");
  EXPECT_EQ(std::get<token_answer>(end).lifetime, std::chrono::seconds{9});
}

TEST(TokenExchange, TriesTheOtherWayWhereThereIsNone) {
  const struct {
    const char* name;
    credentials who;
    int status;
    const char* then;
  } cases[] = {
    {"GCR knows no POST", identity(true), 404, "GET"},
    {"nor does Artifactory", identity(true), 401, "GET"},
    {"nor ACR", identity(true), 400, "GET"},
    {"nor others", identity(true), 405, "GET"},
    {"GET is not offered", password(), 405, "POST"},
    {"GET is not there", password(), 404, "POST"},
    {"nothing to go with a GET", identity(false), 404, "refused"},
    {"an identity token that ended", identity(false), 400, "unauthorized"},
    {"an identity token that is refused", identity(false), 401, "unauthorized"},
    {"no login for a POST", {}, 404, "refused"},
    {"wrong password", password(), 401, "unauthorized"},
    {"no permission", password(), 403, "unauthorized"},
    {"bad request", password(), 400, "refused"},
    {"overload", identity(true), 503, "unavailable 503"},
    {"too many", password(), 429, "unavailable 429"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto machine = exchange(c.who);
    (void)machine.begin();
    EXPECT_EQ(gist(machine.on_outcome(answer(c.status))), c.then);
  }
}

TEST(TokenExchange, TriesTheOtherWayOnce) {
  auto machine = exchange(password());
  (void)machine.begin();
  const auto post = machine.on_outcome(answer(404));
  ASSERT_EQ(gist(post), "POST");
  EXPECT_THAT(sent(post).content,
              HasSubstr("grant_type=password&service=a%20b&client_id=flotilla&scope="));
  EXPECT_THAT(sent(post).content, HasSubstr("&username=ann&password=pass%20word%26%3D"));
  EXPECT_EQ(gist(machine.on_outcome(answer(404))), "refused");

  auto other = exchange(identity(true));
  (void)other.begin();
  ASSERT_EQ(gist(other.on_outcome(answer(401))), "GET");
  EXPECT_EQ(gist(other.on_outcome(answer(401))), "unauthorized");
}

/// What a server that is broken for a moment says, must not end a push of many hours.
TEST(TokenExchange, TakesNonsenseForTroubleThatPasses) {
  for (const char* odd : {"", "<html>", "[]", R"({"token":7})", R"({"error":"x"})"}) {
    auto machine = exchange(password());
    (void)machine.begin();
    EXPECT_EQ(gist(machine.on_outcome(answer(200, odd))), "unavailable token") << odd;
  }
}

TEST(TokenExchange, NamesServerUserAndSourceButNoSecret) {
  for (const auto& who : {password(), identity(true), identity(false)}) {
    auto machine = exchange(who);
    auto step = machine.begin();
    for (int i = 0; i < 2 && std::holds_alternative<http_request>(step); ++i)
      step = machine.on_outcome(answer(401, R"({"errors":[{"code":"DENIED","message":")"
                                              + who.password + ' ' + who.identity_token
                                              + R"( YW5uOnBhc3Mgd29yZCY9"}]})"));
    const auto& why = std::get<no_response>(step).why;
    EXPECT_THAT(why.message, HasSubstr("https://auth.test/token"));
    EXPECT_THAT(why.message, HasSubstr("(the tests)"));
    EXPECT_THAT(why.message, HasSubstr("401"));
    for (const char* secret : {"pass word", "iden tity"})
      EXPECT_THAT(why.message, Not(HasSubstr(secret)));
    if (!who.password.empty()) {
      EXPECT_THAT(why.message, Not(HasSubstr("YW5uOnBhc3Mgd29yZCY9")));
    }
    EXPECT_NE(why.hint, "");
  }
}

TEST(TokenExchange, TakesSecretsOutOfEveryAnswerThatIsNoToken) {
  for (const int status : {302, 400, 403, 404, 429, 500}) {
    auto machine = exchange(password());
    auto step = machine.begin();
    for (int i = 0; i < 2 && std::holds_alternative<http_request>(step); ++i)
      step = machine.on_outcome(
        answer(status, R"({"errors":[{"code":"X","message":"you sent pass word&="}]})"));
    EXPECT_THAT(std::get<no_response>(step).why.message, Not(HasSubstr("pass word"))) << status;
  }
}

TEST(TokenExchange, NeverStartsWhereASecretWouldGoInTheClear) {
  for (const auto& who : {password(), identity(false)}) {
    token_exchange machine{parse_challenges(R"(Bearer realm="http://auth.test/t")").at(0),
                           {"repository:m/x:pull"},
                           who,
                           *parse_url("https://registry.test"),
                           stamp()};
    EXPECT_EQ(gist(machine.begin()), "refused");
  }
}

// ---- by a key -----------------------------------------------------------------------------------

TEST(SignedTokenExchange, SendsTheTestVectorAndTakesTheToken) {
  auto machine = signed_exchange();
  const auto step = machine.begin();
  ASSERT_EQ(gist(step), "GET");
  // as in ollama_token_test.cpp
  EXPECT_EQ(sent(step).url,
            "https://registry.ollama.ai/v2/token?nonce=AAECAwQFBgcICQoLDA0ODw"
            "&scope=repository%3Amyns%2Fmymodel%3Apull%2Cpush&service=registry.ollama.ai"
            "&ts=1735689600");
  EXPECT_EQ(
    sent(step).fields.value("authorization"),
    "AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4:"
    "td0hHH5f7fjoSQQcXoxlxU3CFmSpDiX3LkkUvnqrbcyF06bBdhHnedLNrbaHCCRDqRrFP1kNnQZM08F3Ei86Aw==");
  const auto end = machine.on_outcome(answer(200, R"({"token":"t1"})"));
  ASSERT_EQ(gist(end), "token t1");
  EXPECT_EQ(std::get<token_answer>(end).lifetime, std::chrono::seconds{60});
}

TEST(SignedTokenExchange, AsksForTheScopesOfThePushElseThoseOfTheChallenge) {
  auto several = signed_exchange({"repository:a:pull,push", "repository:b:pull"});
  EXPECT_THAT(sent(several.begin()).url,
              HasSubstr("&scope=repository%3Aa%3Apull%2Cpush&scope=repository%3Ab%3Apull&service"));
  auto none = signed_exchange({});
  EXPECT_THAT(sent(none.begin()).url, HasSubstr("&scope=repository%3Aother%2Fone%3Apull&service"));
}

TEST(SignedTokenExchange, EndsAsTheServerAnswers) {
  const struct {
    const char* name;
    http_outcome outcome;
    const char* then;
  } cases[] = {
    {"a key that is not known", answer(401), "unauthorized"},
    {"no permission", answer(403), "unauthorized"},
    {"bad request", answer(400), "refused"},
    {"no such place", answer(404), "refused"},
    {"no GET", answer(405), "refused"},
    {"redirect", answer(307, {}, {{"Location", "https://registry.ollama.ai/t"}}), "refused"},
    {"too many", answer(429), "unavailable 429"},
    {"trouble", answer(500), "unavailable 500"},
    {"overload", answer(503), "unavailable 503"},
    {"nonsense", answer(200, "<html>"), "unavailable token"},
    {"no token in it", answer(200, R"({"access":1})"), "unavailable token"},
    {"no answer", {no_response{{errc::unavailable, "cut", {}}, 0, false}}, "unavailable"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto machine = signed_exchange();
    (void)machine.begin();
    EXPECT_EQ(gist(machine.on_outcome(c.outcome)), c.then);
  }
}

TEST(SignedTokenExchange, RefusalNamesKeySourceHostAndTheWayOut) {
  for (const int status : {401, 403}) {
    auto machine = signed_exchange();
    const auto request = sent(machine.begin());
    const auto field = std::string{request.fields.value("authorization")};
    const auto end = machine.on_outcome(
      answer(status, R"({"errors":[{"code":"DENIED","message":"not )" + field + R"("}]})"));
    const auto& why = std::get<no_response>(end).why;
    EXPECT_EQ(why.code, errc::unauthorized);
    EXPECT_THAT(why.message, HasSubstr(test::known_key::ssh_public));
    EXPECT_THAT(why.message, HasSubstr("(the tests)"));
    EXPECT_THAT(why.message, HasSubstr("https://registry.ollama.ai/v2/token"));
    EXPECT_THAT(why.message, HasSubstr(std::to_string(status)));
    EXPECT_THAT(why.message, Not(HasSubstr("td0hHH5f7fjo"))) << "the signature is good for a while";
    EXPECT_THAT(why.hint, HasSubstr("ollama.com"));
    EXPECT_THAT(why.hint, HasSubstr("clock"));
  }
}

TEST(SignedTokenExchange, NeverStartsWhereASignatureMustNotGo) {
  for (const char* realm : {"https://auth.ollama.ai/v2/token", "https://registry.ollama.ai:8443/t",
                            "http://registry.ollama.ai:443/t", "http://registry.ollama.ai/t",
                            "https://10.0.0.1/t", "https://registry.ollama.ai.evil.example/t"}) {
    auto machine = signed_exchange({}, realm);
    const auto end = machine.begin();
    ASSERT_EQ(gist(end), "refused") << realm;
    EXPECT_THAT(std::get<no_response>(end).why.message, HasSubstr(realm));
    EXPECT_THAT(std::get<no_response>(end).why.message, HasSubstr("(the tests)"));
  }
}

} // namespace
} // namespace flotilla::protocol
