#pragma once

#include "app/fleet_certificates.hpp"

#include "tests/app/fleet_pki.hpp"
#include "tests/support/as_nobody.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <climits>

namespace flotilla::app {
namespace fs = std::filesystem;
using protocol::errc;
using protocol::failure;
using test::content_of;
using test::entries_of;
using test::fleet_pki;
using test::mode_of;
using test::openssl;
using test::openssl_says;
using test::this_moment;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

inline failure init_fails(const authority_order& order) {
  auto made = make_authority(order, this_moment);
  EXPECT_FALSE(made);
  return made ? failure{} : made.error();
}

inline failure issue_fails(const certificate_order& order, std::time_t now = this_moment) {
  auto made = issue_certificate(order, now);
  EXPECT_FALSE(made);
  return made ? failure{} : made.error();
}

inline certificate_order order_for(const fleet_pki& fleet, const std::string& name = "node1") {
  certificate_order order;
  order.dir = fleet.dir();
  order.name = name;
  return order;
}

inline std::string text_of(const std::string& path) {
  return openssl_says({"x509", "-in", path, "-noout", "-text"});
}

/// One `-startdate`, `-enddate`, `-ext NAME`, … of a certificate.
inline std::string said_of(const std::string& path, std::vector<std::string> what) {
  what.insert(what.begin(), {"x509", "-in", path, "-noout", "-dateopt", "iso_8601"});
  return openssl_says(std::move(what));
}

} // namespace flotilla::app
