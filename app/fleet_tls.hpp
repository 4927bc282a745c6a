#pragma once

#include "protocol/result.hpp"

#include <ctime>
#include <string>
#include <vector>

namespace flotilla::app {

/// The PEM files by which a process takes part in its fleet's traffic.
struct fleet_tls_files {
  std::string ca;   ///< `--fleet-ca`: the authorities whose certificates belong to the fleet
  std::string cert; ///< `--fleet-cert`: ours, with what lies between it and the authority behind it
  std::string key;  ///< `--fleet-key`: its key, without a password, for its owner alone

  bool any() const noexcept {
    return !ca.empty() || !cert.empty() || !key.empty();
  }
};

/// What good files say.
struct fleet_tls_report {
  std::string name;                  ///< our common name, fit to be shown
  std::time_t until = 0;             ///< our certificate's end, Unix time
  std::vector<std::string> warnings; ///< a sentence for each thing that ends within 30 days
};

/// Looks at the files as the others of the fleet will, and loads them as each connection will: CAF
/// reads them again for every connection, and ends the process if it cannot. So a process calls
/// this before it listens or connects. Without any file there is nothing to look at.
/// @param now Unix time
/// @returns errc::usage for the first thing that is wrong: one of the three is missing; a file that
///          cannot be read or holds something else; a key that others may read, or of another
///          certificate; a certificate of another authority, for one side of a connection only, or
///          not valid now; an authority that is none. The message names flag and file.
protocol::result<fleet_tls_report> check_fleet_tls(const fleet_tls_files& files, std::time_t now);

} // namespace flotilla::app
