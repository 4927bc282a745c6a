#pragma once

#include "app/options.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace flotilla::app {

/// The flags, each defined once; a command takes the groups that it needs. Every flag gets its
/// environment variable here.

/// SOURCE, REFERENCE, and how the source is read.
void add_source_flags(CLI::App& to, options& chosen);
/// How a push goes about it.
void add_push_flags(CLI::App& to, options& chosen);
/// How the registry of a reference is reached, and who we are to it.
void add_registry_flags(CLI::App& to, options& chosen);
/// How any registry is reached: all that a worker needs.
void add_transport_flags(CLI::App& to, options& chosen);
/// Who we are to registries.
void add_login_flags(CLI::App& to, options& chosen);
/// Which fleet a push is handed to.
void add_fleet_push_flags(CLI::App& to, options& chosen);
/// Where a fleet's coordinator is. @param needed whether the command is nothing without one
void add_coordinator_flag(CLI::App& to, options& chosen);
/// Our certificate in fleet traffic.
void add_fleet_tls_flags(CLI::App& to, options& chosen);
/// Of the coordinator's process.
void add_coordinator_flags(CLI::App& to, options& chosen);
/// Of a worker's process.
void add_worker_flags(CLI::App& to, options& chosen);
/// Where the process tells of itself. @returns it, to be put into a group
CLI::Option* add_admin_flag(CLI::App& to, options& chosen);
/// Of `limit`.
void add_limit_flags(CLI::App& to, options& chosen);
/// Where what is learned, and the coordinator's journal, are kept.
void add_state_flag(CLI::App& to, options& chosen);
/// What is logged, and the configuration file. @param config gets its name
void add_log_flags(CLI::App& to, options& chosen, std::string& config);
/// What `certs` makes, and where.
void add_certs_flags(CLI::App& to, options& chosen);
/// What is shown and written. @param config gets the configuration file's name
void add_output_flags(CLI::App& to, options& chosen, std::string& config);

/// The values that a flag can have, where they are few; empty: any.
std::vector<std::string> choices_of(const std::string& flag);

} // namespace flotilla::app
