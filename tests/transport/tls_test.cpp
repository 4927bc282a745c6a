#include "tests/support/certificates.hpp"
#include "tests/transport/engine_test.hpp"
#include "tests/transport/http_server.hpp"

namespace flotilla::transport {
namespace {

/// Answers any request with the length of its body.
void fill(test::http_server& server) {
  server->Put("/.*", [](const httplib::Request& from, httplib::Response& to) {
    to.set_content(std::to_string(from.body.size()), "text/plain");
  });
  server->Get("/.*", [](const httplib::Request&, httplib::Response& to) {
    to.set_content("hello", "text/plain");
  });
  server.start();
}

struct Tls : testing::Test {
  test::certificates authority;
  std::unique_ptr<test::http_server> server;

  void serve(const test::certificates::pair& own, const char* client_authority = nullptr) {
    server = std::make_unique<test::http_server>(std::make_unique<httplib::SSLServer>(
      own.certificate.c_str(), own.key.c_str(), client_authority));
    fill(*server);
  }
  tls_options trusting() const {
    tls_options tls;
    tls.ca_file = authority.authority();
    return tls;
  }
  protocol::http_outcome get(const tls_options& tls, const std::string& host = "127.0.0.1") const {
    engine_options options;
    options.tls = tls;
    curl_engine engine{options};
    return ask(engine,
               asking(method::get, "https://" + host + ':' + std::to_string(server->port()) + "/"));
  }
  std::string where(const std::string& host = "127.0.0.1") const {
    return host + ':' + std::to_string(server->port());
  }
};

void expect_usage(const protocol::http_outcome& how, const std::string& message,
                  const std::string& hint) {
  EXPECT_EQ(why(how).code, errc::usage);
  EXPECT_EQ(why(how).message, message);
  EXPECT_NE(why(how).hint.find(hint), std::string::npos) << why(how).hint;
}

TEST_F(Tls, ATrustedServerIsSpokenTo) {
  serve(authority.issue());
  EXPECT_EQ(status_of(get(trusting())), 200);
  EXPECT_EQ(status_of(get(trusting(), "localhost")), 200);
}

TEST_F(Tls, LargeBodiesArrive) {
  serve(authority.issue());
  engine_options options;
  options.tls = trusting();
  curl_engine engine{options};
  for (const std::size_t size : {1UL, 100'000UL, 5'000'000UL}) {
    const auto how
      = ask(engine, asking(method::put, server->url("/", "https"), std::string(size, 'x')));
    ASSERT_EQ(status_of(how), 200) << why(how).message;
    EXPECT_EQ(how.response()->body, std::to_string(size));
  }
  EXPECT_EQ(engine.counters().connections, 1U);
}

TEST_F(Tls, AnUnknownAuthorityIsNotTrusted) {
  serve(authority.issue());
  expect_usage(get({}), "the certificate of " + where() + " is signed by nobody whom we trust",
               "--ca-cert");
}

TEST_F(Tls, AnotherAuthorityIsNotTrusted) {
  serve(authority.issue());
  const test::certificates other;
  auto tls = trusting();
  tls.ca_file = other.authority();
  EXPECT_EQ(why(get(tls)).code, errc::usage);
}

TEST_F(Tls, AnyCertificateWillDoOnRequest) {
  serve(authority.issue({"DNS:elsewhere.example", -7200, -3600, ""}));
  tls_options tls;
  tls.verify = false;
  EXPECT_EQ(status_of(get(tls)), 200);
}

TEST_F(Tls, AnotherHostNameIsNotTrusted) {
  serve(authority.issue({"DNS:elsewhere.example", -3600, 3600, ""}));
  expect_usage(get(trusting(), "localhost"),
               "the certificate of " + where("localhost")
                 + " is for another host name than localhost",
               "--insecure-skip-tls-verify");
  EXPECT_EQ(why(get(trusting())).code, errc::usage) << "an address is a name as well";
}

TEST_F(Tls, AnExpiredCertificateIsNotTrusted) {
  serve(authority.issue({"IP:127.0.0.1", -7200, -3600, ""}));
  expect_usage(get(trusting()), "the certificate of " + where() + " has expired", "renew");
}

TEST_F(Tls, ACertificateOfTheFutureIsNotTrusted) {
  serve(authority.issue({"IP:127.0.0.1", 3600, 7200, ""}));
  expect_usage(get(trusting()), "the certificate of " + where() + " is not valid yet", "clock");
}

TEST_F(Tls, AClientCertificateIsShown) {
  serve(authority.issue(), authority.authority().c_str());
  const auto mine = authority.issue();
  auto tls = trusting();
  tls.client_cert = mine.certificate;
  tls.client_key = mine.key;
  EXPECT_EQ(status_of(get(tls)), 200);
}

TEST_F(Tls, ClientCertificateAndKeyMayShareAFile) {
  serve(authority.issue(), authority.authority().c_str());
  const auto mine = authority.issue();
  std::ofstream{mine.certificate, std::ios::app} << std::ifstream{mine.key}.rdbuf();
  auto tls = trusting();
  tls.client_cert = mine.certificate;
  EXPECT_EQ(status_of(get(tls)), 200);
}

/// The server may have closed before its complaint is read: then it is a suspicion only.
void expect_word_on_client_certificate(const protocol::http_outcome& how) {
  ASSERT_EQ(status_of(how), 0);
  EXPECT_NE((why(how).message + why(how).hint).find("client certificate"), std::string::npos)
    << why(how).message << " / " << why(how).hint;
}

TEST_F(Tls, AMissingClientCertificateFails) {
  serve(authority.issue(), authority.authority().c_str());
  expect_word_on_client_certificate(get(trusting()));
}

TEST_F(Tls, AClientCertificateOfAnotherAuthorityFails) {
  serve(authority.issue(), authority.authority().c_str());
  test::certificates other;
  const auto mine = other.issue();
  auto tls = trusting();
  tls.client_cert = mine.certificate;
  tls.client_key = mine.key;
  expect_word_on_client_certificate(get(tls));
}

TEST_F(Tls, FilesThatCannotBeUsedAreNamed) {
  serve(authority.issue());
  test::temp_dir folder;
  test::write_file(folder / "empty", "");
  test::write_file(folder / "text", "this is no PEM\n");
  const auto mine = authority.issue();
  const auto other = authority.issue();
  const auto locked = authority.issue({"DNS:me", -3600, 3600, "password"});
  const auto missing = folder / "missing";
  const auto ca = authority.authority();
  const struct {
    const char* name;
    tls_options tls;
    std::string file;
  } cases[] = {
    {"authority missing", {missing, "", "", true}, missing},
    {"authority empty", {folder / "empty", "", "", true}, folder / "empty"},
    {"authority no PEM", {folder / "text", "", "", true}, folder / "text"},
    {"certificate missing", {ca, missing, mine.key, true}, missing},
    {"certificate no PEM", {ca, folder / "text", mine.key, true}, folder / "text"},
    {"key missing", {ca, mine.certificate, missing, true}, missing},
    {"key no PEM", {ca, mine.certificate, folder / "text", true}, folder / "text"},
    {"key not in the certificate's file", {ca, mine.certificate, "", true}, mine.certificate},
    {"key of another certificate", {ca, mine.certificate, other.key, true}, other.key},
    {"key with a password", {ca, locked.certificate, locked.key, true}, locked.key},
  };
  for (const auto& x : cases) {
    SCOPED_TRACE(x.name);
    const auto how = get(x.tls);
    EXPECT_EQ(why(how).code, errc::usage);
    EXPECT_NE(why(how).message.find("`" + x.file + "`"), std::string::npos) << why(how).message;
  }
}

TEST(TlsMismatch, HttpsToAPlainPortSaysSo) {
  test::http_server server;
  fill(server);
  test::raw_server talkative{[](test::raw_connection& c) {
    c.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    c.drain();
  }};
  curl_engine engine{{}};
  for (const auto port : {server.port(), static_cast<int>(talkative.port())}) {
    const auto where = "127.0.0.1:" + std::to_string(port);
    expect_usage(ask(engine, asking(method::get, "https://" + where)),
                 where + " does not speak TLS", "--plain-http");
  }
}

TEST(TlsMismatch, HttpsToAPortThatHangsUpIsUnavailable) {
  test::raw_server server{[](test::raw_connection& c) {
    c.read(5);
    c.reset_at_end();
  }};
  curl_engine engine{{}};
  const auto how = ask(engine, asking(method::get, "https://" + server.address()));
  EXPECT_EQ(why(how).code, errc::unavailable) << why(how).message;
  EXPECT_NE(why(how).hint.find("--plain-http"), std::string::npos);
}

TEST_F(Tls, PlainHttpToATlsPortSaysSo) {
  serve(authority.issue());
  curl_engine engine{{}};
  const auto how = ask(engine, asking(method::get, server->url("/")));
  ASSERT_EQ(status_of(how), 0);
  EXPECT_NE(why(how).hint.find("leave --plain-http out"), std::string::npos) << why(how).message;
}

} // namespace
} // namespace flotilla::transport
