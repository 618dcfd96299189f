"""Synchronous clients of services and stores beyond the common drivers: what waits in them, and what to use instead.

Each row is what `blocking.Blocking` holds. Sources: the documentation of each library, and its table of asynchronous twins.
"""

_TO_THREAD = "a `def` endpoint, `run_in_threadpool` or `asyncio.to_thread`"

_LANGCHAIN = (
    "langchain", "langchain_core", "langchain_community", "langchain_openai", "langchain_anthropic", "langchain_google_genai",
    "langchain_google_vertexai", "langchain_ollama", "langchain_huggingface", "langchain_mistralai", "langchain_groq",
    "langchain_chroma", "langchain_pinecone", "langchain_qdrant", "langchain_postgres", "langchain_aws", "langchain_cohere",
    "langchain_weaviate", "langchain_mongodb", "langchain_redis", "langchain_elasticsearch", "langchain_milvus", "langgraph",
)  # fmt: skip
_KUBERNETES = ("CoreV1Api", "AppsV1Api", "BatchV1Api", "CustomObjectsApi", "NetworkingV1Api", "RbacAuthorizationV1Api")
_MSAL = (
    "acquire_token_for_client", "acquire_token_by_authorization_code", "acquire_token_by_auth_code_flow",
    "acquire_token_on_behalf_of", "acquire_token_silent", "acquire_token_by_refresh_token",
    "acquire_token_by_username_password", "initiate_auth_code_flow",
)  # fmt: skip

SERVICES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "Supabase",
        "`acreate_client`, whose client is asynchronous",
        (
            "supabase.Query.execute", "supabase.Bucket.*", "supabase.Client.auth.*", "supabase.Client.auth.admin.*",
            "supabase.Client.functions.invoke",
        ),
    ),
    (
        "the MLflow server",
        _TO_THREAD,
        (
            "mlflow.MlflowClient.*",
            *(f"mlflow.{m}" for m in (
                "log_metric", "log_metrics", "log_param", "log_params", "log_artifact", "log_artifacts", "start_run", "end_run",
                "search_runs", "get_run", "create_experiment", "set_experiment", "register_model", "get_experiment_by_name",
            )),
        ),
    ),
    (
        "the object store",
        f"the store's asynchronous client (`aioboto3`, `gcloud-aio-storage`, `azure.storage.blob.aio`) or {_TO_THREAD}",
        (
            "s3fs.S3FileSystem.*", "gcsfs.GCSFileSystem.*", "adlfs.AzureBlobFileSystem.*", "minio.Minio.*",
            *(f"google.cloud.storage.Client.{m}" for m in ("get_bucket", "list_blobs", "list_buckets", "create_bucket")),
            *(f"google.cloud.storage.Bucket.{m}" for m in ("exists", "get_blob", "list_blobs", "delete_blob", "copy_blob")),
            *(f"google.cloud.storage.Blob.{m}" for m in (
                "upload_from_file", "upload_from_filename", "upload_from_string", "download_as_bytes", "download_as_string",
                "download_as_text", "download_to_file", "download_to_filename", "exists", "delete", "reload", "make_public",
            )),
            "cloudinary.uploader.upload", "cloudinary.uploader.destroy", "cloudinary.uploader.upload_large",
        ),
    ),
    (
        "Azure",
        "the same client of the package's `aio` module",
        # Each public method of a generated class of operations sends a request: github.com/Azure/autorest.python.
        ("azure.mgmt.**",),
    ),
    (
        "Azure",
        "the same client of the package's `aio` module",
        tuple(f"azure.*.{m}" for m in (
            "upload_blob", "download_blob", "delete_blob", "delete_blobs", "get_blob_properties", "list_blobs",
            "list_blob_names", "create_container", "delete_container", "set_blob_metadata", "start_copy_from_url",
            "get_user_delegation_key", "query_entities", "upsert_entity", "create_entity", "get_entity", "delete_entity",
            "update_entity", "list_entities", "receive_messages", "peek_messages", "get_secret", "set_secret",
            "begin_delete_secret", "get_token", "begin_create_or_update", "begin_delete", "begin_update", "begin_start",
            "begin_deallocate", "begin_restart", "begin_power_off", "create_or_update", "list_by_resource_group", "query_items",
            "read_item", "read_all_items", "create_item", "upsert_item", "replace_item", "delete_item", "patch_item",
            "create_database_if_not_exists", "create_container_if_not_exists", "begin_analyze_document", "send_messages",
        )),
    ),
    (
        "the identity provider",
        _TO_THREAD,
        (
            *(f"msal.{owner}.{m}" for owner in ("ConfidentialClientApplication", "PublicClientApplication") for m in _MSAL),
            *(f"jwt.PyJWKClient.{m}" for m in (
                "get_signing_key_from_jwt", "get_signing_key", "get_signing_keys", "get_jwk_set", "fetch_data",
            )),
            *(f"keycloak.KeycloakOpenID.{m}" for m in (
                "token", "refresh_token", "exchange_token", "userinfo", "logout", "introspect", "public_key", "well_known",
                "certs",
            )),
            *(f"keycloak.KeycloakAdmin.{m}" for m in (
                "create_user", "get_user", "get_users", "get_user_id", "update_user", "delete_user", "set_user_password",
                "assign_realm_roles", "get_realm_roles", "send_verify_email", "send_update_account", "user_logout",
            )),
            *(f"firebase_admin.auth.{m}" for m in (
                "get_user", "get_user_by_email", "get_user_by_phone_number", "create_user", "update_user", "delete_user",
                "set_custom_user_claims", "revoke_refresh_tokens", "generate_password_reset_link", "create_session_cookie",
                "generate_email_verification_link",
            )),
        ),
    ),
    (
        "a language model",
        "the library's async client or its `a...` method (`ainvoke`, `aembed_query`), awaited",
        (
            *(f"{package}.*.{m}" for package in _LANGCHAIN for m in (
                "embed_query", "embed_documents", "similarity_search", "similarity_search_with_score",
                "similarity_search_by_vector", "similarity_search_with_relevance_scores", "max_marginal_relevance_search",
                "add_documents", "add_texts", "from_documents", "from_texts", "get_relevant_documents", "invoke", "batch",
                "predict", "generate",
            )),
            *(f"openai.{m}" for m in (
                "ChatCompletion.create", "Completion.create", "Embedding.create", "Image.create", "Audio.transcribe",
                "chat.completions.create", "completions.create", "embeddings.create", "images.generate", "responses.create",
                "audio.transcriptions.create", "audio.speech.create", "moderations.create",
            )),
            *(f"{owner}.{m}" for owner in ("groq.Groq", "together.Together", "cerebras.cloud.sdk.Cerebras") for m in (
                "chat.completions.create", "audio.transcriptions.create", "embeddings.create",
            )),
            "mistralai.Mistral.chat.complete", "mistralai.Mistral.embeddings.create",
            *(f"cohere.{owner}.{m}" for owner in ("Client", "ClientV2") for m in ("chat", "embed", "rerank", "generate")),
            "google.generativeai.GenerativeModel.generate_content", "google.generativeai.embed_content",
            "google.genai.Client.models.generate_content", "google.genai.Client.models.embed_content",
            "vertexai.generative_models.GenerativeModel.generate_content", "litellm.completion", "litellm.embedding",
            "replicate.run", "replicate.Client.run", "huggingface_hub.InferenceClient.*",
            *(f"ollama.{m}" for m in ("chat", "generate", "embeddings", "embed", "pull", "list")),
            *(f"ollama.Client.{m}" for m in ("chat", "generate", "embeddings", "embed", "pull", "list")),
        ),
    ),
    (
        "the vector store",
        f"the library's asynchronous client (`AsyncQdrantClient`, `chromadb.AsyncHttpClient`, `PineconeAsyncio`) or {_TO_THREAD}",
        (
            *(f"qdrant_client.QdrantClient.{m}" for m in (
                "search", "query", "query_points", "upsert", "upload_points", "upload_collection", "delete", "retrieve", "scroll",
                "count", "create_collection", "delete_collection", "get_collection", "get_collections", "collection_exists",
                "recreate_collection", "set_payload", "search_batch", "recommend",
            )),
            *(f"chromadb.Collection.{m}" for m in ("query", "add", "upsert", "get", "delete", "update", "count", "peek")),
            *(f"pinecone.Index.{m}" for m in ("query", "upsert", "delete", "fetch", "update", "describe_index_stats")),
            "pymilvus.MilvusClient.*", "pymilvus.connections.connect",
            *(f"pymilvus.Collection.{m}" for m in ("search", "query", "insert", "upsert", "delete", "load", "flush")),
            "weaviate.connect_to_local", "weaviate.connect_to_weaviate_cloud", "weaviate.connect_to_custom",
        ),
    ),
    (
        "the search engine",
        f"the library's asynchronous client or {_TO_THREAD}",
        (
            "elasticsearch.Elasticsearch.indices.*", "elasticsearch.helpers.bulk", "elasticsearch.helpers.parallel_bulk",
            "elasticsearch.helpers.scan", "elasticsearch_dsl.Search.execute", "elasticsearch_dsl.Search.count",
            "elasticsearch_dsl.Search.delete",
            *(f"opensearchpy.OpenSearch.{m}" for m in (
                "search", "index", "get", "delete", "update", "bulk", "count", "exists", "ping", "info", "msearch", "indices.*",
                "delete_by_query",
            )),
            "opensearchpy.helpers.bulk", "meilisearch.index.Index.*",
            *(f"meilisearch.Client.{m}" for m in ("create_index", "get_index", "delete_index", "health", "wait_for_task")),
        ),
    ),
    (
        "the database",
        f"an asynchronous driver or {_TO_THREAD}",
        (
            "neo4j.Session.run", "neo4j.Session.execute_read", "neo4j.Session.execute_write", "neo4j.Session.read_transaction",
            "neo4j.Session.write_transaction", "neo4j.Driver.execute_query", "neo4j.Driver.verify_connectivity",
            "cassandra.cluster.Cluster.connect", "cassandra.cluster.Session.execute", "cassandra.cluster.Session.prepare",
            *(f"clickhouse_connect.driver.client.Client.{m}" for m in ("query", "command", "insert", "query_df", "insert_df")),
            "clickhouse_connect.get_client", "clickhouse_driver.Client.execute",
            "mysql.connector.connection.commit", "mysql.connector.cursor.*", "pyodbc.Connection.commit", "pyodbc.Cursor.*",
            "oracledb.Connection.commit", "oracledb.Cursor.*", "snowflake.connector.connect", "snowflake.connector.Cursor.*",
            "pymssql.connect", "google.cloud.bigquery.Client.query", "google.cloud.bigquery.Client.query_and_wait",
            "google.cloud.bigquery.Client.insert_rows_json", "google.cloud.bigquery.Client.list_rows",
            "google.cloud.firestore.Document.get", "google.cloud.firestore.Document.set",
            "google.cloud.firestore.Document.update", "google.cloud.firestore.Document.delete",
            "google.cloud.firestore.Document.create", "google.cloud.firestore.Collection.add",
            "google.cloud.firestore.Collection.get", "google.cloud.firestore.Collection.stream",
            "firebase_admin.db.Reference.get", "firebase_admin.db.Reference.set", "firebase_admin.db.Reference.update",
            "firebase_admin.db.Reference.push", "firebase_admin.db.Reference.delete",
            "influxdb_client.QueryApi.query", "influxdb_client.QueryApi.query_data_frame", "influxdb_client.WriteApi.write",
            "pymemcache.client.base.Client.*", "psycopg_pool.ConnectionPool.connection", "psycopg_pool.ConnectionPool.getconn",
        ),
    ),
    (
        "other threads or processes",
        "`asyncio.wrap_future`, `loop.run_in_executor` or `asyncio.to_thread`, awaited",
        (
            "concurrent.futures.Future.result", "concurrent.futures.wait", "threading.Thread.join", "threading.Event.wait",
            "multiprocessing.Process.join", "queue.Queue.join", "ray.get", "ray.wait",
            *(f"{owner}.{m}" for owner in ("multiprocessing.Pool", "multiprocessing.pool.Pool", "multiprocessing.pool.ThreadPool")
              for m in ("apply", "map", "starmap", "join")),
        ),
    ),
    (
        "the cluster",
        _TO_THREAD,
        (
            "ray.job_submission.JobSubmissionClient", "ray.job_submission.JobSubmissionClient.*", "ray.init",
            *(f"kubernetes.client.{api}.*" for api in _KUBERNETES),
            *(f"docker.DockerClient.{part}.*" for part in ("containers", "images", "volumes", "networks", "services")),
            "docker.from_env", "docker.APIClient.*",
        ),
    ),
    (
        "the message broker",
        f"`aio-pika`, `aiokafka`, or {_TO_THREAD}",
        (
            "pika.BlockingConnection", "pika.channel.BlockingChannel.*", "kafka.KafkaProducer", "kafka.KafkaProducer.flush",
            "confluent_kafka.Producer.flush", "confluent_kafka.Consumer.poll", "google.cloud.tasks_v2.CloudTasksClient.create_task",
        ),
    ),
    (
        "another service",
        _TO_THREAD,
        (
            "slack_sdk.WebClient.*", "slack_sdk.webhook.WebhookClient.send", "jira.JIRA.*", "atlassian.Jira.*",
            "atlassian.Confluence.*", "github.Github.*", "github.Repository.Repository.*", "gitlab.Gitlab.auth",
            "hvac.Client.secrets.kv.v2.*", "hvac.Client.secrets.kv.*", "hvac.Client.read", "hvac.Client.write",
            "google.cloud.secretmanager.SecretManagerServiceClient.access_secret_version", "googleapiclient.discovery.build",
            "googleapiclient.discovery.Resource.execute", "firebase_admin.messaging.send",
            "firebase_admin.messaging.send_each", "firebase_admin.messaging.send_each_for_multicast",
            "firebase_admin.messaging.send_multicast", "resend.Emails.send", "pusher.Pusher.trigger", "pywebpush.webpush",
            "sendgrid.SendGridAPIClient.client.mail.send.post",
            *(f"razorpay.Client.{part}.*" for part in ("order", "payment", "subscription", "customer", "refund")),
            "paypalrestsdk.Payment.create", "paypalrestsdk.Payment.execute", "paypalrestsdk.Payment.find",
            "yfinance.download", "yfinance.Ticker.history", "feedparser.parse", "wikipedia.page", "wikipedia.summary",
            "geopy.geocoders.Nominatim.geocode", "geopy.geocoders.Nominatim.reverse", "newspaper.Article.download",
            "yt_dlp.YoutubeDL.extract_info", "yt_dlp.YoutubeDL.download", "git.Repo.clone_from", "tweepy.Client.*",
            "playwright.sync_api.sync_playwright", "selenium.webdriver.Chrome", "huggingface_hub.hf_hub_download",
            "huggingface_hub.snapshot_download",
            *(f"web3.Web3.eth.{m}" for m in (
                "get_balance", "get_transaction", "get_transaction_receipt", "send_raw_transaction",
                "wait_for_transaction_receipt", "get_block", "get_transaction_count", "estimate_gas",
            )),
        ),
    ),
    (
        "a process",
        "`asyncio.create_subprocess_exec` or `asyncio.to_thread`",
        (
            "pypandoc.convert_text", "pypandoc.convert_file", "pdfkit.from_string", "pdfkit.from_file", "pdfkit.from_url",

            "ffmpeg.run", "ffmpeg.probe",
        ),
    ),
)  # fmt: skip

QUICK = frozenset(
    {
        "minio.Minio.presigned_get_object", "minio.Minio.presigned_put_object", "minio.Minio.get_presigned_url",
        "docker.DockerClient.containers.client", "supabase.Bucket.get_public_url", "supabase.Client.auth.on_auth_state_change",
        "github.Github.close", "slack_sdk.WebClient.close", "pymemcache.client.base.Client.close",
        "pika.channel.BlockingChannel.close", "mysql.connector.cursor.close", "pyodbc.Cursor.close", "oracledb.Cursor.close",
        "ray.job_submission.JobSubmissionClient.get_address", "pymilvus.MilvusClient.prepare_index_params",
        "pymilvus.MilvusClient.create_schema",
    }
)  # fmt: skip
"""Methods of these clients that ask nobody."""
