"""Reports officially out: sign-off, editions, audiences, proof, signatures."""
