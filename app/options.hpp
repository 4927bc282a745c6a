#pragma once

#include "actors/order.hpp"
#include "transport/engine_options.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::app {

enum class command : std::uint8_t {
  push,
  plan,
  verify,
  coordinator,
  worker,
  status,
  cancel,
  pause,
  resume,
  limit,
  auth,
  certs,
  version,
  completion,
  manual
};
enum class progress_style : std::uint8_t { automatic, bar, plain, json, none };

/// Of `certs`; what a value may be is said in fleet_certificates.hpp.
struct certs_options {
  std::string action; ///< init or issue
  std::string dir;
  std::string name;
  std::vector<std::string> hosts;
  std::string out;
  std::optional<int> days; ///< not set: by action
  bool force = false;
};

/// Of the processes of a fleet, and of the commands that talk to it.
struct fleet_options {
  std::string coordinator; ///< HOST:PORT; empty: none, the push runs in this process
  std::string listen = "127.0.0.1:7400";
  std::chrono::milliseconds lease{5'000};
  std::chrono::milliseconds node_grace{600'000};
  std::chrono::milliseconds drain_timeout{60'000};
  std::string name;               ///< of a worker; empty: the host's
  std::vector<std::string> roots; ///< that a worker may read
  std::string ca, cert, key;      ///< PEM files of fleet traffic
  bool detach = false;
  bool watch = false;
  std::string id;                             ///< of a push
  std::optional<std::uint32_t> new_uploads;   ///< of `limit`
  std::optional<std::uint64_t> new_bandwidth; ///< of `limit`
};

/// All that a user can set. Filled by `parse_command_line`, checked by `validate`; each field's
/// default is the flag's.
struct options {
  command what = command::version;

  std::string source;
  std::string reference;
  std::vector<std::string> tags;
  std::string manifest_file;
  std::string mount_from;

  protocol::check_mode check = protocol::check_mode::automatic;
  actors::verification verify = actors::verification::manifest;
  bool dry_run = false;
  std::uint32_t uploads = 32;
  std::uint32_t max_uploads = 0; ///< of all nodes; 0: no bound
  std::uint32_t checks = 128;
  std::uint64_t bandwidth = 0; ///< bytes per second; 0: no limit
  std::uint64_t chunk = 0;     ///< bytes; 0: as the registry likes it; UINT64_MAX: none
  std::chrono::milliseconds retry_budget{600'000};
  std::chrono::milliseconds stall_timeout{30'000};

  transport::tls_options tls;
  std::optional<bool> plain_http; ///< not set: only for a loopback address
  std::string username;
  bool password_stdin = false;
  std::string password;        ///< of FLOTILLA_PASSWORD: it has no flag, which all users could see
  std::string registry_config; ///< a docker config.json; empty: wherever the user is logged in
  std::string ollama_key;      ///< a private key; empty: Ollama's own, for its registry alone

  std::string state_dir; ///< empty: by XDG
  std::string admin;     ///< HOST:PORT of the admin server; empty: none
  progress_style progress = progress_style::automatic;
  bool json = false;
  std::string log_level; ///< empty: info for the processes of a fleet, else warning
  bool log_json = false;

  fleet_options fleet;
  certs_options certs;
  std::string auth_action; ///< of `auth`: check
  std::string shell;       ///< of `completion`
  std::string manual_of;   ///< of `man`: a command; empty: the program
};

/// What the combination of settings lacks, before anything is opened.
/// @returns errc::none when all is well, else errc::usage.
protocol::failure validate(const options& chosen);

} // namespace flotilla::app
