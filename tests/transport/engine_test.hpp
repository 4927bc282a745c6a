#pragma once

#include "tests/support/raw_server.hpp"
#include "tests/transport/asking.hpp"
#include "transport/curl_engine.hpp"

#include <gtest/gtest.h>

#include <string>

/// What every test of the engine against a server begins with.
namespace flotilla::transport {

using protocol::errc;
using protocol::method;
using test::ask;
using test::asking;
using test::status_of;
using test::why;

} // namespace flotilla::transport
