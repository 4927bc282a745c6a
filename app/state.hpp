#pragma once

#include "app/options.hpp"
#include "protocol/result.hpp"
#include "store/registry_profiles.hpp"

#include <memory>
#include <string>
#include <utility>

namespace flotilla::app {

/// As the user chose it; empty: there is no place for one.
std::string state_dir_of(const options& chosen);

/// What is kept from one run to the next. It is a help and never a need: what cannot be read or
/// written is said once, and the push goes on without.
class state {
public:
  /// A directory that the user named must work: errc::usage if it does not, unless its disk is
  /// full, which may pass. The default one may be read-only, as in many containers.
  static protocol::result<state> open(const options& chosen);

  /// Empty: nothing is kept.
  const std::string& dir() const noexcept {
    return dir_;
  }
  /// 0 when it is not known.
  double rate_of(const std::string& host);
  void remember_rate(const std::string& host, double bytes_per_second);

private:
  state(std::string dir, std::unique_ptr<store::registry_profiles> profiles)
    : dir_(std::move(dir)), profiles_(std::move(profiles)) {
  }

  std::string dir_;
  std::unique_ptr<store::registry_profiles> profiles_; ///< null: goes without
};

} // namespace flotilla::app
