#include "tests/app/fleet_certificates_fixture.hpp"

namespace flotilla::app {
namespace {

TEST(MakeAuthority, MakesOneThatSignsMembersAndNoOtherAuthority) {
  const fleet_pki fleet;
  const auto text = text_of(fleet / "ca.crt");
  for (const char* line :
       {"Version: 3", "Subject: CN = Flotilla fleet CA", "Issuer: CN = Flotilla fleet CA",
        "ASN1 OID: prime256v1", "Signature Algorithm: ecdsa-with-SHA256",
        "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0\n",
        "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n",
        "X509v3 Subject Key Identifier:"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(MakeAuthority, LastsTenYearsAndBeginsFiveMinutesAgo) {
  const fleet_pki fleet;
  EXPECT_EQ(said_of(fleet / "ca.crt", {"-startdate", "-enddate"}),
            "notBefore=2027-01-15 07:55:00Z\nnotAfter=2037-01-12 08:00:00Z\n");
}

TEST(MakeAuthority, LastsAsLongAsToldBeyond2049Too) {
  const test::temp_dir parent;
  auto made = make_authority({parent / "one", 1}, this_moment);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->until, this_moment + test::one_day);
  EXPECT_EQ(said_of(parent / "one/ca.crt", {"-enddate"}), "notAfter=2027-01-16 08:00:00Z\n");
  ASSERT_TRUE(make_authority({parent / "most", most_days}, this_moment));
  EXPECT_EQ(said_of(parent / "most/ca.crt", {"-enddate"}), "notAfter=2126-12-22 08:00:00Z\n");
}

TEST(MakeAuthority, KeepsItsKeyToItsOwnerWhateverTheUmask) {
  for (const mode_t mask : {0000U, 0022U, 0077U}) {
    SCOPED_TRACE(mask);
    const test::temp_dir parent;
    const auto before = ::umask(mask);
    auto made = make_authority({parent / "fleet", 10}, this_moment);
    ::umask(before);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(mode_of(parent / "fleet"), 0700U);
    EXPECT_EQ(mode_of(made->key), 0600U);
    EXPECT_EQ(mode_of(made->certificate), 0644U);
  }
}

TEST(MakeAuthority, LeavesNothingButThePair) {
  const test::temp_dir parent;
  for (const auto& dir : {parent / "a", parent / "b/", parent / "deep/er/c"}) {
    ASSERT_TRUE(make_authority({dir, 10}, this_moment)) << dir;
    EXPECT_THAT(entries_of(dir), ElementsAre("ca.crt", "ca.key")) << dir;
  }
}

TEST(MakeAuthority, TakesADirectoryThatIsThere) {
  const test::temp_dir dir;
  auto made = make_authority({dir.path().string(), 10}, this_moment);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->authority, dir / "ca.crt");
  EXPECT_EQ(made->certificate, dir / "ca.crt");
  EXPECT_EQ(made->key, dir / "ca.key");
}

TEST(MakeAuthority, ReplacesNothing) {
  for (const char* there : {"ca.crt", "ca.key"}) {
    SCOPED_TRACE(there);
    const test::temp_dir dir;
    test::write_content(dir / there, "precious");
    const auto why = init_fails({dir.path().string(), 10});
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_EQ(why.message, (dir / there) + " is there already");
    EXPECT_THAT(why.hint, HasSubstr("flotilla certs issue --dir " + dir.path().string()));
    EXPECT_EQ(content_of(dir / there), "precious");
    EXPECT_THAT(entries_of(dir.path()), ElementsAre(there));
  }
}

TEST(MakeAuthority, ReplacesNoLinkEither) {
  const test::temp_dir dir;
  fs::create_symlink(dir / "elsewhere", dir / "ca.key");
  EXPECT_THAT(init_fails({dir.path().string(), 10}).message, HasSubstr("is there already"));
  EXPECT_FALSE(fs::exists(dir / "elsewhere"));
}

TEST(MakeAuthority, RefusesAPlaceThatCannotBe) {
  const test::temp_dir dir;
  test::write_content(dir / "file", "x");
  fs::create_symlink(dir / "nowhere", dir / "dangling");
  for (const auto& place : {dir / "file", dir / "file/below", dir / "file/far/below",
                            dir / "dangling", std::string{"/proc/flotilla"}}) {
    SCOPED_TRACE(place);
    const auto why = init_fails({place, 10});
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr(place));
    EXPECT_THAT(why.hint, HasSubstr("directory"));
  }
  EXPECT_THAT(init_fails({"", 10}).message, HasSubstr("--dir"));
}

TEST(MakeAuthority, SaysThatADirectoryCannotBeWritten) {
  const test::temp_dir dir;
  fs::permissions(dir.path(),
                  fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  for (const auto& place : {dir.path().string(), dir / "new"}) {
    const auto said = test::as_nobody([&] { return init_fails({place, 10}).message; });
    EXPECT_THAT(said, HasSubstr(place));
    EXPECT_THAT(said, HasSubstr("Permission denied"));
  }
  EXPECT_THAT(entries_of(dir.path()), IsEmpty());
}

TEST(MakeAuthority, RefusesDaysThatCannotBe) {
  const test::temp_dir dir;
  for (const int days : {0, -1, -3650, most_days + 1, 1 << 30, INT_MAX, INT_MIN}) {
    SCOPED_TRACE(days);
    const auto why = init_fails({dir.path().string(), days});
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr("--days " + std::to_string(days)));
    EXPECT_THAT(why.hint, HasSubstr("1 to 36500"));
  }
  EXPECT_THAT(entries_of(dir.path()), IsEmpty());
}

} // namespace
} // namespace flotilla::app
