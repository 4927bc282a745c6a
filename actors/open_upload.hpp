#pragma once

#include "protocol/ledger.hpp"
#include "protocol/registry_profile.hpp"
#include "protocol/upload_session.hpp"
#include "sources/file_mark.hpp"

#include <vector>

namespace flotilla::actors {

/// How far an upload has come that is not finished: whoever has its file can go on there.
struct open_upload {
  protocol::ledger::index blob = 0;
  protocol::upload_session at; ///< no host: there is nothing to go on with (any more)
  sources::file_mark from;

  bool is_open() const noexcept {
    return !at.location.host.empty();
  }
};

/// What earlier pushes can tell a new one.
struct recollection {
  std::vector<open_upload> uploads;
  protocol::registry_profile profile;
};

template <class Inspector>
auto inspect(Inspector& f, open_upload& x) {
  return f(x.blob, x.at, x.from);
}
template <class Inspector>
auto inspect(Inspector& f, recollection& x) {
  return f(x.uploads, x.profile);
}

} // namespace flotilla::actors
