#include "protocol/authorized_exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;
using testing::Not;

const url registry = *parse_url("https://reg.example");

http_request request(method verb = method::get, std::string to = "https://reg.example/v2/m/x") {
  return {verb, std::move(to), {{"Accept", "a/b"}}, {}, {}};
}

http_outcome answer(int status, header_fields fields = {}) {
  return {http_response{status, std::move(fields), {}, {}}};
}

http_outcome redirect(int status, std::string location) {
  return answer(status, {{"Location", std::move(location)}});
}

http_request sent(authorized_exchange::step step) {
  auto* send = std::get_if<authorized_exchange::send>(&step);
  EXPECT_NE(send, nullptr);
  return send == nullptr ? http_request{} : std::move(send->request);
}

http_outcome ended(authorized_exchange::step step) {
  auto* outcome = std::get_if<http_outcome>(&step);
  EXPECT_NE(outcome, nullptr);
  return outcome == nullptr ? http_outcome{} : std::move(*outcome);
}

std::string_view authorization(const http_request& of) {
  return of.fields.value("authorization");
}

TEST(AuthorizedExchange, SendsTheRequestWithAuthorizationOrWithout) {
  authorized_exchange known{request(), registry};
  auto with = sent(known.begin("Bearer abc"));
  EXPECT_EQ(authorization(with), "Bearer abc");
  EXPECT_EQ(with.fields.value("accept"), "a/b");
  EXPECT_EQ(with.url, "https://reg.example/v2/m/x");
  authorized_exchange unknown{request(), registry};
  EXPECT_EQ(sent(unknown.begin("")).fields.size(), 1u);
}

TEST(AuthorizedExchange, AuthorizesForTheRegistrysOriginAlone) {
  const struct {
    const char* name;
    const char* to;
    bool is_own;
  } cases[] = {
    {"itself", "https://reg.example/u/1", true},
    {"its port, written out", "https://reg.example:443/u/1", true},
    {"its host in capitals", "https://REG.example/u/1", true},
    {"another host", "https://storage.example/u/1", false},
    {"a host below", "https://cdn.reg.example/u/1", false},
    {"a host that ends alike", "https://evilreg.example/u/1", false},
    {"a host that begins alike", "https://reg.example.evil.example/u/1", false},
    {"another port", "https://reg.example:8443/u/1", false},
    {"another scheme", "http://reg.example/u/1", false},
    {"another scheme at the same port", "http://reg.example:443/u/1", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    authorized_exchange exchange{request(method::put, c.to), registry};
    EXPECT_EQ(authorization(sent(exchange.begin("Bearer abc"))), c.is_own ? "Bearer abc" : "");
  }
}

TEST(AuthorizedExchange, ReplacesAnAuthorizationOfTheRequestItself) {
  auto mine = request(method::get, "https://storage.example/x");
  mine.fields.add("authorization", "Basic Zm9v");
  authorized_exchange exchange{mine, registry};
  EXPECT_EQ(authorization(sent(exchange.begin("Bearer abc"))), "");
}

TEST(AuthorizedExchange, PassesOnWhatNeedsNoMore) {
  for (int status : {200, 201, 202, 204, 400, 403, 404, 405, 416, 429, 500, 503}) {
    SCOPED_TRACE(status);
    authorized_exchange exchange{request(), registry};
    sent(exchange.begin(""));
    auto last = ended(exchange.on_outcome(answer(status)));
    ASSERT_NE(last.response(), nullptr);
    EXPECT_EQ(last.response()->status, status);
    EXPECT_EQ(last.response()->url, "https://reg.example/v2/m/x");
  }
  authorized_exchange exchange{request(), registry};
  sent(exchange.begin(""));
  auto last = ended(exchange.on_outcome({no_response{{errc::unavailable, "cut", {}}, 7, true}}));
  ASSERT_NE(last.failed(), nullptr);
  EXPECT_EQ(last.failed()->body_sent, 7u);
  EXPECT_TRUE(last.failed()->body_complete);
}

TEST(AuthorizedExchange, AnswersA401Once) {
  authorized_exchange exchange{request(), registry};
  sent(exchange.begin("Bearer old"));
  auto next = exchange.on_outcome(answer(
    401, {{"WWW-Authenticate", "Basic realm=\"x\""}, {"www-authenticate", "Bearer y=\"z\""}}));
  auto* ask = std::get_if<authorized_exchange::authorize>(&next);
  ASSERT_NE(ask, nullptr);
  EXPECT_EQ(ask->challenge, "Basic realm=\"x\", Bearer y=\"z\"");
  EXPECT_EQ(ask->rejected, "Bearer old");
  auto again = sent(exchange.on_authorization("Bearer new"));
  EXPECT_EQ(again.fields.joined("authorization"), "Bearer new"); // and no other
  EXPECT_EQ(again.url, "https://reg.example/v2/m/x");
  auto last = ended(exchange.on_outcome(answer(401)));
  ASSERT_NE(last.response(), nullptr);
  EXPECT_EQ(last.response()->status, 401);
}

TEST(AuthorizedExchange, AnswersNo401OfAnotherOrigin) {
  authorized_exchange exchange{request(method::put, "https://storage.example/u/1"), registry};
  sent(exchange.begin("Bearer abc"));
  auto last = ended(exchange.on_outcome(answer(401, {{"WWW-Authenticate", "Basic realm=\"x\""}})));
  ASSERT_NE(last.response(), nullptr);
  EXPECT_EQ(last.response()->status, 401);
}

TEST(AuthorizedExchange, EndsWhenNoAuthorizationIsToBeHad) {
  authorized_exchange exchange{request(), registry};
  sent(exchange.begin(""));
  ASSERT_TRUE(
    std::holds_alternative<authorized_exchange::authorize>(exchange.on_outcome(answer(401))));
  auto last = ended(exchange.on_no_authorization(
    {{errc::unauthorized, "wrong password", "log in"}, 0, false, "429", "30"}));
  ASSERT_NE(last.failed(), nullptr);
  EXPECT_EQ(last.failed()->why.code, errc::unauthorized);
  EXPECT_EQ(last.failed()->why.message, "wrong password");
  EXPECT_EQ(last.failed()->reason, "429");
  EXPECT_EQ(last.failed()->retry_after, "30");
  EXPECT_FALSE(last.failed()->body_complete);
}

TEST(AuthorizedExchange, FollowsRedirectsAsTheMethodAllows) {
  const struct {
    method verb;
    std::initializer_list<int> followed;
    std::initializer_list<int> not_followed;
  } cases[] = {
    {method::get, {301, 302, 303, 307, 308}, {300, 304, 305, 306}},
    {method::head, {301, 302, 303, 307, 308}, {300, 304}},
    {method::put, {307, 308}, {301, 302, 303}},
    {method::post, {307, 308}, {301, 302, 303}},
    {method::patch, {307, 308}, {301, 302, 303}},
    {method::remove, {307, 308}, {301, 302, 303}},
  };
  for (const auto& c : cases) {
    for (int status : c.followed) {
      SCOPED_TRACE(std::string{to_string(c.verb)} + ' ' + std::to_string(status));
      authorized_exchange exchange{request(c.verb), registry};
      sent(exchange.begin("Bearer abc"));
      auto next = sent(exchange.on_outcome(redirect(status, "/elsewhere?a=b")));
      EXPECT_EQ(next.verb, c.verb);
      EXPECT_EQ(next.url, "https://reg.example/elsewhere?a=b");
      EXPECT_EQ(authorization(next), "Bearer abc");
      auto last = ended(exchange.on_outcome(answer(200)));
      EXPECT_EQ(last.response()->url, "https://reg.example/elsewhere?a=b");
    }
    for (int status : c.not_followed) {
      SCOPED_TRACE(std::string{to_string(c.verb)} + ' ' + std::to_string(status));
      authorized_exchange exchange{request(c.verb), registry};
      sent(exchange.begin("Bearer abc"));
      auto last = ended(exchange.on_outcome(redirect(status, "/elsewhere")));
      ASSERT_NE(last.response(), nullptr);
      EXPECT_EQ(last.response()->status, status);
    }
  }
}

TEST(AuthorizedExchange, KeepsTheBodyAcrossARedirect) {
  auto put = request(method::put);
  put.file = {"/models/blob", 0, 6, 6};
  authorized_exchange exchange{put, registry};
  sent(exchange.begin(""));
  auto next = sent(exchange.on_outcome(redirect(307, "https://storage.example/b")));
  EXPECT_EQ(next.file.path, "/models/blob");
  EXPECT_EQ(next.file.length, 6u);
}

TEST(AuthorizedExchange, LeavesAuthorizationBehindAndTakesItBack) {
  authorized_exchange exchange{request(), registry};
  sent(exchange.begin("Bearer abc"));
  EXPECT_EQ(authorization(sent(exchange.on_outcome(redirect(307, "https://cdn.example/x")))), "");
  EXPECT_EQ(authorization(sent(exchange.on_outcome(redirect(307, "https://reg.example:444/x")))),
            "");
  EXPECT_EQ(authorization(sent(exchange.on_outcome(redirect(307, "https://reg.example/y")))),
            "Bearer abc");
}

TEST(AuthorizedExchange, ResolvesARelativeLocationAgainstWhereItIsNow) {
  authorized_exchange exchange{request(), registry};
  sent(exchange.begin(""));
  EXPECT_EQ(sent(exchange.on_outcome(redirect(307, "https://cdn.example/a/b"))).url,
            "https://cdn.example/a/b");
  EXPECT_EQ(sent(exchange.on_outcome(redirect(307, "/c"))).url, "https://cdn.example/c");
  EXPECT_EQ(sent(exchange.on_outcome(redirect(307, "d/e"))).url, "https://cdn.example/d/e");
  EXPECT_EQ(sent(exchange.on_outcome(redirect(307, "//reg.example/f"))).url,
            "https://reg.example/f");
}

TEST(AuthorizedExchange, PassesOnARedirectToNowhere) {
  authorized_exchange exchange{request(), registry};
  sent(exchange.begin(""));
  EXPECT_EQ(ended(exchange.on_outcome(answer(307))).response()->status, 307);
}

TEST(AuthorizedExchange, RefusesToLeaveTlsAndOddLocations) {
  for (const char* location :
       {"http://cdn.example/x", "http://reg.example.evil.example/x", "ftp://reg.example/x",
        "file:///x", "https://user:secret@reg.example/x", "https://", "https://h:0/", "\x01"}) {
    SCOPED_TRACE(location);
    authorized_exchange exchange{request(), registry};
    sent(exchange.begin("Bearer abc"));
    auto last = ended(exchange.on_outcome(redirect(307, location)));
    ASSERT_NE(last.failed(), nullptr);
    EXPECT_EQ(last.failed()->why.code, errc::refused);
    EXPECT_THAT(last.failed()->why.message, HasSubstr("https://reg.example redirects"));
    EXPECT_THAT(last.failed()->why.message, Not(HasSubstr("secret")));
  }
}

TEST(AuthorizedExchange, StaysOnTlsWhereTheSameHostSaysHttp) {
  authorized_exchange exchange{request(), registry};
  sent(exchange.begin("Bearer abc"));
  EXPECT_EQ(sent(exchange.on_outcome(redirect(307, "http://reg.example/x"))).url,
            "https://reg.example/x");
}

TEST(AuthorizedExchange, LeavesACircleOfRedirects) {
  authorized_exchange exchange{request(), registry};
  sent(exchange.begin(""));
  int followed = 0;
  auto next = exchange.on_outcome(redirect(307, "/a"));
  while (std::holds_alternative<authorized_exchange::send>(next) && followed < 100) {
    ++followed;
    next = exchange.on_outcome(redirect(307, "/a"));
  }
  EXPECT_EQ(followed, 5);
  auto last = ended(std::move(next));
  ASSERT_NE(last.failed(), nullptr);
  EXPECT_EQ(last.failed()->why.code, errc::refused);
  EXPECT_THAT(last.failed()->why.message, HasSubstr("circle"));
}

TEST(AuthorizedExchange, RefusesARequestThatGoesNowhere) {
  authorized_exchange exchange{request(method::get, "nowhere"), registry};
  auto last = ended(exchange.begin("Bearer abc"));
  ASSERT_NE(last.failed(), nullptr);
  EXPECT_EQ(last.failed()->why.code, errc::refused);
}

TEST(AuthorizedExchange, PassesOnARedirectThatIsNotToBeFollowed) {
  for (int status : {301, 302, 303, 307, 308}) {
    SCOPED_TRACE(status);
    auto patch = request(method::patch);
    patch.follow_redirects = false;
    authorized_exchange exchange{patch, registry};
    EXPECT_EQ(authorization(sent(exchange.begin("Bearer old"))), "Bearer old");
    ASSERT_TRUE(
      std::holds_alternative<authorized_exchange::authorize>(exchange.on_outcome(answer(401))));
    sent(exchange.on_authorization("Bearer new"));
    auto last = ended(exchange.on_outcome(redirect(status, "https://s3.example/p")));
    ASSERT_NE(last.response(), nullptr);
    EXPECT_EQ(last.response()->status, status);
    EXPECT_EQ(last.response()->fields.value("location"), "https://s3.example/p");
    EXPECT_EQ(last.response()->url, "https://reg.example/v2/m/x");
  }
}

TEST(AuthorizedExchange, LeavesARequestThatNeedsNoneWithoutAuthorization) {
  for (const char* to : {"https://reg.example/store", "https://s3.example/store"}) {
    auto put = request(method::put, to);
    put.authorize = false;
    authorized_exchange exchange{put, registry};
    EXPECT_EQ(authorization(sent(exchange.begin("Bearer abc"))), "");
    EXPECT_EQ(authorization(sent(exchange.on_outcome(redirect(307, "https://reg.example/y")))), "");
    auto last = ended(exchange.on_outcome(answer(401, {{"WWW-Authenticate", "Basic x=y"}})));
    ASSERT_NE(last.response(), nullptr);
    EXPECT_EQ(last.response()->status, 401);
  }
}

TEST(AuthorizedExchange, SendsARequestsOwnAuthorizationToItsOriginAlone) {
  auto put = request(method::put, "https://s3.example/store");
  put.fields.add("Authorization", "AWS4 x");
  put.authorize = false;
  authorized_exchange exchange{put, registry};
  EXPECT_EQ(authorization(sent(exchange.begin("Bearer abc"))), "AWS4 x");
  EXPECT_EQ(authorization(sent(exchange.on_outcome(redirect(307, "/elsewhere")))), "AWS4 x");
  EXPECT_EQ(authorization(sent(exchange.on_outcome(redirect(307, "https://s4.example/")))), "");
  EXPECT_EQ(authorization(sent(exchange.on_outcome(redirect(307, "https://s3.example/")))), "");
}

} // namespace
} // namespace flotilla::protocol
