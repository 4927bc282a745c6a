#pragma once

#include "app/options.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flotilla::app {

/// The flags, each defined once; a command takes the groups that it needs. Every flag gets its
/// environment variable here.

/// SOURCE, REFERENCE, and how the source is read.
void add_source_flags(CLI::App& to, options& chosen);
/// How a push goes about it.
void add_push_flags(CLI::App& to, options& chosen);
/// How the registry is reached, and who we are to it.
void add_registry_flags(CLI::App& to, options& chosen);
/// What `certs` makes, and where.
void add_certs_flags(CLI::App& to, options& chosen);
/// What is shown and written. @param config gets the configuration file's name
void add_output_flags(CLI::App& to, options& chosen, std::string& config);

/// The values that a flag can have, where they are few; empty: any.
std::vector<std::string> choices_of(const std::string& flag);

} // namespace flotilla::app
