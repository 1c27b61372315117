// Whom the website says the visitor is: a customer with a signature of its server. The platform checks it.

// createIdentity knows what the website says, and what of it the platform was told.
export function createIdentity({ init, saved, save, platform, where }) {
  let customer = valid(init.customer);

  const mark = () => (customer ? String(customer.signature) : null);

  return {
    // claim is what a call adds to vouch for the visitor.
    claim: () => (customer ? { customer } : {}),
    // known is the visitor as the website calls them, before the platform has said anything.
    known: () => (customer ? { loggedIn: true, name: customer.name ?? '' } : null),
    // changed takes a new word of the website; true if it is one.
    changed(given) {
      const before = mark();
      customer = valid(given);
      return mark() !== null && mark() !== before;
    },
    // tell tells the platform, unless it was told the same already: each time counts as an arrival.
    async tell() {
      if (!customer || platform.token === null || saved.who === mark()) return null;
      const answer = await platform.visit({ ...where(), customer });
      if (answer.status >= 400) console.warn(`frontdesk: the customer is not taken: ${answer.error.message}`);
      return answer;
    },
    // done notes that the platform knows.
    done() {
      if (customer && saved.who !== mark()) save({ who: mark() });
    },
  };
}

function valid(customer) {
  return customer !== null && typeof customer === 'object' && customer.id && customer.signature ? customer : null;
}
