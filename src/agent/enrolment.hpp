#pragma once

#include "agent/device_store.hpp"
#include "model/facts.hpp"
#include "os/net/http.hpp"
#include "trust/device_trust.hpp"
#include "trust/token.hpp"

#include <functional>
#include <optional>
#include <string>

/// How a device becomes one of a fleet, step by step. Whoever enrols carries the messages:
///
///     wish with `enrolment_key` → GET trust (believing any TLS) → `believe` → POST `enrolment_request` (believing only
///     the CA of that belief) → `accept_enrolment`
namespace flyball::agent {

struct EnrolmentWish {
  std::string server;  ///< `https://fleet.acme.example:8443`
  trust::Token token;
  std::string key_pem;  ///< Ed25519, made on this device.
  Facts facts;
  std::string agent_version;
};

/// Whom the token makes us believe.
struct Belief {
  trust::DeviceTrust trust;
  std::string ca_pem;
  Bytes nonce;
};

/// The key that this device enrols with: made once, kept until it has enrolled, so that an interrupted enrolment goes
/// on with the same.
Result<std::string> enrolment_key(DeviceStore& store, const std::function<Result<std::string>()>& make);

os::net::Request trust_request();
/// `denied` when the server's trust document is not the one that the token pins, or its CA not the one that names.
Result<Belief> believe(const EnrolmentWish& wish, const os::net::Response& trust_answer);
Result<os::net::Request> enrolment_request(const EnrolmentWish& wish, const Belief& belief);
/// Makes the answer durable: from now on this device is enrolled. Nothing when somebody has to accept it first: ask
/// again later. `denied` with the server's words when it refuses.
Result<std::optional<Identity>> accept_enrolment(DeviceStore& store, const EnrolmentWish& wish, const Belief& belief,
                                                 const os::net::Response& answer);

}  // namespace flyball::agent
