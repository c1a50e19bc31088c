"""Text to vector, vector to nearest: knows languages and similarity, nothing of consortia."""

import os

# torch, FAISS and others each bring an OpenMP whose idle threads spin by default. On a busy machine they keep each
# other from working: encoding one text took 1,100 ms instead of 160 (docs/embeddings.md). Read by each OpenMP
# when it is loaded, so it stands before the first import of any of them; whoever sets it otherwise is left alone.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
