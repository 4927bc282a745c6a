#include "tests/support/registry.hpp"
#include "tests/support/tls_front.hpp"
#include "tests/system/program.hpp"
#include "tests/system/served.hpp"

#include <gtest/gtest.h>

namespace flotilla::test {

namespace {

class Tls : public ::testing::Test {
protected:
  program flotilla;
  registry behind;
  certificates authority;
  small_model model{flotilla};

  ended push(const tls_front& front, std::vector<std::string> more) const {
    return flotilla.push(model.source, front.address() + "/m:v1", std::move(more));
  }
  tls_front plain_front() {
    return {behind.port(), authority.issue()};
  }
  tls_front strict_front() {
    tls_front_options options;
    options.client_ca = authority.authority();
    return {behind.port(), authority.issue(), options};
  }
  void expect_refused(const ended& pushed, const char* hint) const {
    EXPECT_EQ(pushed.status, 2) << pushed.said();
    EXPECT_TRUE(pushed.says(hint)) << pushed.err;
    EXPECT_EQ(manifest_at(behind.address(), "m", "v1").bytes, "");
  }
};

TEST_F(Tls, TrustsTheAuthorityThatAFlagNames) {
  const auto front = plain_front();
  const auto pushed = push(front, {"--ca-cert", authority.authority()});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(manifest_at(behind.address(), "m", "v1").bytes, model.manifest.bytes);
}

TEST_F(Tls, NamesTheFlagWhenTheAuthorityIsUnknown) {
  const auto front = plain_front();
  expect_refused(push(front, {"--plain-http=false"}), "--ca-cert");
}

TEST_F(Tls, DoesNotTrustAnotherAuthority) {
  const auto front = plain_front();
  const certificates other;
  expect_refused(push(front, {"--ca-cert", other.authority()}), "--ca-cert");
}

TEST_F(Tls, TakesAnyCertificateWhenTold) {
  const auto front = plain_front();
  const auto pushed = push(front, {"--insecure-skip-tls-verify"});
  EXPECT_EQ(pushed.status, 0) << pushed.said();
}

TEST_F(Tls, RefusesAnExpiredCertificate) {
  certificates::wish old;
  old.from = -7200;
  old.until = -3600;
  const tls_front front{behind.port(), authority.issue(old)};
  expect_refused(push(front, {"--ca-cert", authority.authority()}), "expired");
}

TEST_F(Tls, RefusesACertificateForAnotherName) {
  certificates::wish elsewhere;
  elsewhere.names = "DNS:registry.example";
  const tls_front front{behind.port(), authority.issue(elsewhere)};
  expect_refused(push(front, {"--ca-cert", authority.authority()}), "name");
}

TEST_F(Tls, ShowsItsOwnCertificate) {
  const auto front = strict_front();
  const auto mine = authority.issue();
  const auto pushed = push(front, {"--ca-cert", authority.authority(), "--client-cert",
                                   mine.certificate, "--client-key", mine.key});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(manifest_at(behind.address(), "m", "v1").bytes, model.manifest.bytes);
}

TEST_F(Tls, FailsWithoutACertificateThatTheRegistryWants) {
  const auto front = strict_front();
  const auto pushed = push(front, {"--ca-cert", authority.authority()});
  EXPECT_NE(pushed.status, 0);
  EXPECT_TRUE(pushed.says("certificate")) << pushed.err;
}

TEST_F(Tls, NamesAFileThatIsNoCertificate) {
  const auto front = plain_front();
  write_file(flotilla / "rubbish.pem", "rubbish");
  expect_refused(push(front, {"--ca-cert", flotilla / "rubbish.pem"}), "rubbish.pem");
  expect_refused(push(front, {"--ca-cert", flotilla / "none.pem"}), "none.pem");
  expect_refused(
    push(front, {"--ca-cert", authority.authority(), "--client-cert", flotilla / "rubbish.pem"}),
    "rubbish.pem");
}

TEST_F(Tls, SaysThatThePortSpeaksPlainHttp) {
  const auto pushed
    = flotilla.push(model.source, behind.address() + "/m:v1", {"--plain-http=false"});
  expect_refused(pushed, "--plain-http");
}

TEST_F(Tls, SaysThatThePortSpeaksTls) {
  const auto front = plain_front();
  const auto pushed = push(front, {});
  expect_refused(pushed, "TLS");
  EXPECT_TRUE(pushed.says("--plain-http")) << pushed.err;
}

TEST_F(Tls, SaysThatARegistryOfItsOwnSpeaksTls) {
  const auto mine = authority.issue();
  registry_options options;
  options.certificate = mine.certificate;
  options.key = mine.key;
  const registry there{options};
  const auto pushed = flotilla.push(model.source, there.address() + "/m:v1");
  EXPECT_EQ(pushed.status, 2) << pushed.said();
  EXPECT_TRUE(pushed.says("TLS")) << pushed.err;
}

TEST_F(Tls, AndPlainHttpExcludeEachOther) {
  const auto pushed = flotilla.push(model.source, behind.address() + "/m:v1",
                                    {"--plain-http", "--ca-cert", authority.authority()});
  expect_refused(pushed, "--plain-http");
}

} // namespace

} // namespace flotilla::test
