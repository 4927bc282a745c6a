#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::test {

/// Compares a registry with the files of an OCI layout, by plain HTTP and OpenSSL's digest: nothing
/// of Flotilla's is asked. The manifest is fetched by its tag and by its digest, and each blob that
/// it names is fetched whole.
/// @param address `host:port`
/// @returns a sentence for each difference; none: they are equal.
std::vector<std::string> differences(const std::string& address, const std::string& repository,
                                     const std::string& tag, const std::string& layout);

} // namespace flotilla::test
