#pragma once

#include "protocol/result.hpp"
#include "protocol/token.hpp"

#include <string>
#include <vector>

namespace flotilla::app {

/// A file that may hold an Ollama key.
struct key_place {
  std::string path;
  bool is_ours = true; ///< it must be usable once it is there; else: only if we may read it
};

/// Where `ollama serve` keeps its key: that of this user, then that of the machine's service. Call
/// before threads start.
std::vector<key_place> usual_ollama_keys();

/// Reads a private key file of at most 64 KiB, and leaves nothing of it behind in memory but the
/// key.
/// @param what the flag that names it, or what it is
/// @returns credentials with their `source`; errc::usage, with the file and the way out, for what
///          is no regular file, cannot be read, or holds no key that can be used.
protocol::result<protocol::credentials> read_ollama_key(const std::string& what,
                                                        const std::string& path);

/// The first key of these places, for Ollama's own registries alone; empty credentials for others,
/// and where there is none.
/// @param host `registry.ollama.ai:443` or `ollama.com:443`: the spelling that the TOKEN actor asks
///        for last, when nobody has a login for it (actors::find_for)
/// @returns as `read_ollama_key`, for a file that is there
protocol::result<protocol::credentials> look_for_ollama_key(const std::vector<key_place>& places,
                                                            const std::string& host);

} // namespace flotilla::app
