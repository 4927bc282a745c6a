#include "app/fleet_tls.hpp"

#include "tests/app/fleet_pki.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/certificates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::app {
namespace {

namespace fs = std::filesystem;
using protocol::errc;
using protocol::failure;
using test::fleet_pki;
using test::one_day;
using test::openssl_says;
using test::this_moment;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

fleet_tls_files files_of(const fleet_files& made) {
  return {made.authority, made.certificate, made.key};
}

failure refusal(const fleet_tls_files& files, std::time_t now = this_moment) {
  auto checked = check_fleet_tls(files, now);
  EXPECT_FALSE(checked);
  return checked ? failure{} : checked.error();
}

class FleetTls : public ::testing::Test {
protected:
  const fleet_pki fleet;
  const fleet_files made = fleet.issue("node1");
  fleet_tls_files files = files_of(made);

  fleet_tls_report accepted(std::time_t now = this_moment) const {
    auto checked = check_fleet_tls(files, now);
    EXPECT_TRUE(checked) << checked.error().message;
    return checked ? *checked : fleet_tls_report{};
  }
  /// A refusal names the flag, the file and the way out, in one line each.
  void expect_refused(const char* flag, const std::string& file, const char* says,
                      const char* way_out, std::time_t now = this_moment) const {
    SCOPED_TRACE(std::string{flag} + ' ' + says);
    const auto why = refusal(files, now);
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_EQ(why.message.rfind(std::string{flag} + ": ", 0), 0U) << why.message;
    EXPECT_THAT(why.message, HasSubstr(file));
    EXPECT_THAT(why.message, HasSubstr(says));
    EXPECT_THAT(why.hint, HasSubstr(way_out));
    EXPECT_THAT(why.message + why.hint, Not(HasSubstr("\n")));
    EXPECT_THAT(why.message + why.hint, Not(HasSubstr("PRIVATE KEY")));
  }
};

// ---- what is good ------------------------------------------------------------------------------

TEST_F(FleetTls, TakesWhatCertsIssueMade) {
  const auto report = accepted();
  EXPECT_EQ(report.name, "node1");
  EXPECT_EQ(report.until, this_moment + certificate_days * one_day);
  EXPECT_THAT(report.warnings, IsEmpty());
}

TEST_F(FleetTls, HasNothingToSayWithoutFiles) {
  files = {};
  EXPECT_FALSE(files.any());
  EXPECT_THAT(accepted().warnings, IsEmpty());
  for (const auto& some : {fleet_tls_files{"a", "", ""}, {"", "a", ""}, {"", "", "a"}})
    EXPECT_TRUE(some.any());
}

TEST_F(FleetTls, TakesLinks) {
  for (auto* file : {&files.ca, &files.cert, &files.key}) {
    fs::create_symlink(*file, *file + ".link");
    *file += ".link";
  }
  accepted();
}

TEST_F(FleetTls, TakesAKeyThatItsOwnerMayOnlyRead) {
  ASSERT_EQ(::chmod(files.key.c_str(), 0400), 0);
  accepted();
}

TEST_F(FleetTls, TakesTwoAuthoritiesWhileOneFollowsTheOther) {
  const fleet_pki next;
  test::write_content(fleet / "both.crt",
                      test::content_of(next / "ca.crt") + test::content_of(files.ca));
  files.ca = fleet / "both.crt";
  accepted();
  files.cert = next.issue("node1").certificate;
  files.key = next / "node1.key";
  accepted();
}

TEST_F(FleetTls, TakesACertificateOfAnotherToolFromAnotherAuthority) {
  test::certificates authority; // whose time is that of the machine's clock
  const auto pair = authority.issue();
  ASSERT_EQ(::chmod(pair.key.c_str(), 0600), 0);
  files = {authority.authority(), pair.certificate, pair.key};
  EXPECT_EQ(accepted(std::time(nullptr)).name, "somebody");
}

TEST_F(FleetTls, TakesItFromTheFirstToTheLastSecond) {
  EXPECT_THAT(accepted(this_moment - 300).warnings, IsEmpty());
  EXPECT_THAT(accepted(made.until - 1).warnings, testing::SizeIs(1));
}

TEST_F(FleetTls, WarnsOfWhatEndsWithin30Days) {
  const struct {
    const char* name;
    int authority_lasts;
    int certificate_lasts;
    std::size_t warnings;
  } cases[] = {{"both long", 100, 50, 0},         {"thirty days", 100, 30, 0},
               {"certificate soon", 100, 29, 1},  {"certificate today", 100, 1, 1},
               {"both soon", 29, 29, 2},          {"cut to a short authority", 20, 800, 2},
               {"authority just long", 30, 30, 0}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const fleet_pki short_lived{this_moment, c.authority_lasts};
    files = files_of(short_lived.issue("node1", c.certificate_lasts));
    EXPECT_EQ(accepted().warnings.size(), c.warnings);
  }
}

TEST_F(FleetTls, WarnsInASentenceWithFileDateAndWayOut) {
  const fleet_pki short_lived{this_moment, 20};
  files = files_of(short_lived.issue("node1", 10));
  EXPECT_THAT(
    accepted().warnings,
    ElementsAre("the certificate " + files.cert
                  + " ends on 2027-01-25T08:00:00Z: `flotilla certs issue --dir DIR NAME --force` "
                    "makes a new pair",
                "the authority of " + files.ca
                  + " ends on 2027-02-04T08:00:00Z: `flotilla certs init` and `flotilla certs "
                    "issue` make all three"));
}

// ---- one of three ------------------------------------------------------------------------------

TEST_F(FleetTls, WantsAllThreeOrNone) {
  const auto all = files;
  const struct {
    fleet_tls_files given;
    const char* missing;
  } cases[] = {{{"", all.cert, all.key}, "--fleet-ca is missing"},
               {{all.ca, "", all.key}, "--fleet-cert is missing"},
               {{all.ca, all.cert, ""}, "--fleet-key is missing"},
               {{all.ca, "", ""}, "--fleet-cert is missing"},
               {{"", all.cert, ""}, "--fleet-ca is missing"},
               {{"", "", all.key}, "--fleet-ca is missing"}};
  for (const auto& c : cases) {
    const auto why = refusal(c.given);
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr(c.missing));
    EXPECT_THAT(why.hint, HasSubstr("flotilla certs init"));
  }
}

// ---- files -------------------------------------------------------------------------------------

TEST_F(FleetTls, RefusesFilesThatAreNone) {
  const struct {
    const char* flag;
    std::string fleet_tls_files::*file;
    const char* way_out;
  } all[] = {{"--fleet-ca", &fleet_tls_files::ca, "flotilla certs init"},
             {"--fleet-cert", &fleet_tls_files::cert, "flotilla certs issue"},
             {"--fleet-key", &fleet_tls_files::key, "flotilla certs issue"}};
  fs::create_directory(fleet / "folder");
  ASSERT_EQ(::mkfifo((fleet / "pipe").c_str(), 0600), 0);
  fs::create_symlink(fleet / "nowhere", fleet / "dangling");
  fs::create_symlink(fleet / "loop", fleet / "loop");
  const struct {
    const char* name;
    const char* says;
  } bad[] = {{"no-such-file", "No such file"}, {"folder", "no regular file"},
             {"pipe", "no regular file"},      {"dangling", "No such file"},
             {"loop", "symbolic links"},       {"ca.crt/below", "Not a directory"}};
  for (const auto& one : all)
    for (const auto& instead : bad) {
      files = files_of(made);
      files.*one.file = fleet / instead.name;
      expect_refused(one.flag, fleet / instead.name, instead.says, one.way_out);
    }
}

TEST_F(FleetTls, RefusesContentThatIsNone) {
  const struct {
    const char* flag;
    std::string fleet_tls_files::*file;
    const char* says;
  } all[] = {{"--fleet-ca", &fleet_tls_files::ca, "holds"},
             {"--fleet-cert", &fleet_tls_files::cert, "holds"},
             {"--fleet-key", &fleet_tls_files::key, "holds no private key"}};
  const auto certificate = test::content_of(files.cert);
  const std::string contents[]
    = {"",
       "garbage",
       std::string("\x30\x82\x00\xFF", 4),
       "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
       "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
       certificate.substr(0, certificate.size() / 4),
       "-----BEGIN CERTIFICATE-----\n\x1b[2J\n-----END CERTIFICATE-----\n"};
  test::write_content(fleet / "bad", "");
  ASSERT_EQ(::chmod((fleet / "bad").c_str(), 0600), 0);
  for (const auto& one : all)
    for (const auto& content : contents) {
      SCOPED_TRACE(content);
      test::write_content(fleet / "bad", content);
      files = files_of(made);
      files.*one.file = fleet / "bad";
      expect_refused(one.flag, fleet / "bad", one.says, "flotilla certs");
    }
}

TEST_F(FleetTls, RefusesAHugeFile) {
  test::write_content(fleet / "huge", std::string((1 << 20) + 1, '\n'));
  files.cert = fleet / "huge";
  expect_refused("--fleet-cert", files.cert, "larger than 1 MiB", "flotilla certs issue");
}

TEST_F(FleetTls, RefusesABrokenCertificateBehindAGoodOne) {
  const auto good = test::content_of(files.cert);
  test::write_content(fleet / "half.crt", good.substr(0, good.size() - 100));
  files.cert = fleet / "half.crt";
  expect_refused("--fleet-cert", files.cert, "broken", "flotilla certs issue");
}

TEST_F(FleetTls, RefusesAFileThatWeMayNotRead) {
  ASSERT_EQ(::chmod(fleet.dir().c_str(), 0711), 0);
  const auto said = test::as_nobody([&] {
    ::chmod(files.key.c_str(), 0);
    return refusal(files).message;
  });
  EXPECT_THAT(said, HasSubstr("--fleet-key: cannot read " + files.key + ": Permission denied"));
}

// ---- the key -----------------------------------------------------------------------------------

TEST_F(FleetTls, RefusesAKeyThatOthersMayRead) {
  for (const mode_t mode : {0640U, 0604U, 0644U, 0660U, 0606U, 0666U, 0440U, 0777U}) {
    ASSERT_EQ(::chmod(files.key.c_str(), mode), 0);
    expect_refused("--fleet-key", files.key, "is open to others than its owner (mode 0",
                   ("`chmod 600 " + files.key + '`').c_str());
  }
}

TEST_F(FleetTls, RefusesTheKeyOfAnotherCertificate) {
  files.key = fleet.issue("node2").key;
  expect_refused("--fleet-key", files.key, "is not the key of", "flotilla certs issue");
  EXPECT_THAT(refusal(files).message, HasSubstr(files.cert));
  files.key = fleet / "ca.key";
  expect_refused("--fleet-key", files.key, "is not the key of", "flotilla certs issue");
}

TEST_F(FleetTls, RefusesAKeyWithAPassword) {
  const auto locked = fleet / "locked.key";
  openssl_says({"pkey", "-in", files.key, "-aes256", "-passout", "pass:x", "-out", locked});
  ASSERT_EQ(::chmod(locked.c_str(), 0600), 0);
  files.key = locked;
  expect_refused("--fleet-key", locked, "with a password", "without one");
}

// ---- who signed it -----------------------------------------------------------------------------

TEST_F(FleetTls, RefusesACertificateOfAnotherAuthority) {
  const fleet_pki other; // of the same name
  files.ca = other / "ca.crt";
  expect_refused("--fleet-cert", files.cert, "is not signed by an authority of",
                 "flotilla certs issue");
  EXPECT_THAT(refusal(files).message, HasSubstr(files.ca));
}

TEST_F(FleetTls, RefusesAnAuthorityThatIsNone) {
  files.ca = fleet.issue("node2").certificate;
  expect_refused("--fleet-ca", files.ca, "is no authority's", "ca.crt");
  files.ca = files.cert;
  expect_refused("--fleet-ca", files.ca, "is no authority's", "ca.crt");
}

TEST_F(FleetTls, RefusesTheAuthorityInItsMembersPlace) {
  files.cert = fleet / "ca.crt";
  files.key = fleet / "ca.key";
  expect_refused("--fleet-cert", files.cert, "an authority's certificate", "flotilla certs issue");
}

TEST_F(FleetTls, RefusesACertificateThatSignedItself) {
  openssl_says({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=alone", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout",
                fleet / "alone.key", "-out", fleet / "alone.crt"});
  files.cert = fleet / "alone.crt";
  files.key = fleet / "alone.key";
  ASSERT_EQ(::chmod(files.key.c_str(), 0600), 0);
  expect_refused("--fleet-cert", files.cert, "is not signed by an authority of",
                 "flotilla certs issue", std::time(nullptr) + 60);
}

TEST_F(FleetTls, RefusesAChainThatIsUpsideDown) {
  const auto chain = test::content_of(files.cert);
  const auto authority = test::content_of(files.ca);
  test::write_content(fleet / "turned.crt",
                      authority + chain.substr(0, chain.size() - authority.size()));
  files.cert = fleet / "turned.crt";
  expect_refused("--fleet-cert", files.cert, "begins with an authority's certificate",
                 "flotilla certs issue");
}

// ---- when it is valid --------------------------------------------------------------------------

TEST_F(FleetTls, RefusesACertificateThatEnded) {
  expect_refused("--fleet-cert", files.cert, "ended on 2029-04-19T08:00:00Z", "--force",
                 made.until);
}

TEST_F(FleetTls, RefusesACertificateThatIsNotYetValid) {
  files = files_of(fleet.issue("later", 10, this_moment + one_day));
  expect_refused("--fleet-cert", files.cert, "begins only on 2027-01-16T07:55:00Z", "clock");
}

TEST_F(FleetTls, RefusesAnAuthorityThatEnded) {
  // A member that outlives its authority: signed under another certificate of the same key.
  const auto now = std::time(nullptr);
  const fleet_pki of_today{now, 100};
  files = files_of(of_today.issue("node1", 100, now));
  files.ca = of_today / "short.crt";
  openssl_says({"req", "-x509", "-key", of_today / "ca.key", "-subj", "/CN=Flotilla fleet CA",
                "-days", "1", "-addext", "keyUsage=critical,keyCertSign", "-out", files.ca});
  accepted(now + 60);
  expect_refused("--fleet-ca", files.ca, "ended on", "flotilla certs init", now + 2 * one_day);
}

// ---- what it is for ----------------------------------------------------------------------------

/// Certificates that openssl's own program made, as a stranger would.
class FleetTlsOfAStranger : public FleetTls {
protected:
  /// Later than what openssl made a moment ago.
  static std::time_t now() {
    return std::time(nullptr) + 1;
  }
  void make(const std::string& algorithm, const std::vector<std::string>& key_options,
            const std::string& extensions) {
    std::vector<std::string> request{"req",           "-new",  "-newkey",      algorithm,
                                     "-nodes",        "-subj", "/CN=stranger", "-keyout",
                                     fleet / "s.key", "-out",  fleet / "s.csr"};
    request.insert(request.end(), key_options.begin(), key_options.end());
    openssl_says(std::move(request));
    test::write_content(fleet / "s.ext", extensions);
    test::fleet_pki of_today{now(), 100};
    fs::copy_file(of_today / "ca.crt", fleet / "today.crt", fs::copy_options::overwrite_existing);
    openssl_says({"x509", "-req", "-in", fleet / "s.csr", "-CA", of_today / "ca.crt", "-CAkey",
                  of_today / "ca.key", "-set_serial", "7", "-days", "90", "-extfile",
                  fleet / "s.ext", "-out", fleet / "s.crt"});
    ASSERT_EQ(::chmod((fleet / "s.key").c_str(), 0600), 0);
    files = {fleet / "today.crt", fleet / "s.crt", fleet / "s.key"};
  }
};

const std::vector<std::string> on_p256{"-pkeyopt", "ec_paramgen_curve:P-256"};

TEST_F(FleetTlsOfAStranger, TakesRsaAndNoWordOfWhatItIsFor) {
  make("rsa:2048", {}, "basicConstraints=CA:FALSE\n");
  EXPECT_EQ(accepted(now()).name, "stranger");
  make("ec", on_p256, "extendedKeyUsage=serverAuth,clientAuth,emailProtection\n");
  EXPECT_EQ(accepted(now()).name, "stranger");
}

TEST_F(FleetTlsOfAStranger, RefusesACertificateForOneSideOnly) {
  for (const char* one : {"serverAuth", "clientAuth", "codeSigning", "emailProtection"}) {
    SCOPED_TRACE(one);
    make("ec", on_p256, std::string{"extendedKeyUsage="} + one + '\n');
    expect_refused("--fleet-cert", files.cert, "both sides of a connection", "flotilla certs issue",
                   now());
  }
}

TEST_F(FleetTlsOfAStranger, RefusesAKeyThatIsTooWeakForTls) {
  make("rsa:1024", {}, "basicConstraints=CA:FALSE\n");
  expect_refused("--fleet-cert", files.cert, "too weak", "flotilla certs issue", now());
}

TEST_F(FleetTlsOfAStranger, ShowsANameWithoutWhatTerminalsObey) {
  openssl_says({"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-utf8", "-subj", "/CN=a\x1b[2Jb", "-keyout", fleet / "n.key", "-out",
                fleet / "n.csr"});
  const fleet_pki of_today{now(), 100};
  openssl_says({"x509", "-req", "-in", fleet / "n.csr", "-CA", of_today / "ca.crt", "-CAkey",
                of_today / "ca.key", "-set_serial", "7", "-days", "90", "-out", fleet / "n.crt"});
  ASSERT_EQ(::chmod((fleet / "n.key").c_str(), 0600), 0);
  files = {of_today / "ca.crt", fleet / "n.crt", fleet / "n.key"};
  EXPECT_EQ(accepted(now()).name, "a [2Jb");
}

} // namespace
} // namespace flotilla::app
