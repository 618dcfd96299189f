"""The catalogue. It is shared: whoever may browse it may read every product."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from stockroom.api.access import get_principal
from stockroom.api.dependencies import CatalogueDep
from stockroom.api.problems import problems
from stockroom.api.schemas.catalogue import ProductCreate, ProductPatch, ProductQuery, ProductRead
from stockroom.api.schemas.paging import Page, page_of, window_of
from stockroom.domain.catalogue import NewProduct, ProductChanges, ProductFilter, ProductId
from stockroom.domain.identity import Scope

router = APIRouter(
    prefix="/products",
    tags=["products"],
    responses=problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY),
)
reading = Security(get_principal, scopes=[Scope.CATALOGUE_READ])
writing = Security(get_principal, scopes=[Scope.CATALOGUE_WRITE])


@router.get("", dependencies=[reading])
async def list_products(
    query: Annotated[ProductQuery, Query()], catalogue: CatalogueDep
) -> Page[ProductRead]:
    """Products on sale."""
    window = window_of(query)
    where = ProductFilter(query.sku_prefix, query.min_price, query.max_price, query.in_stock)
    return page_of(ProductRead, await catalogue.search(where, query.sort, window), window)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    dependencies=[writing],
    responses=problems(HTTPStatus.CONFLICT),
)
async def create_product(
    body: ProductCreate, catalogue: CatalogueDep, request: Request, response: Response
) -> ProductRead:
    """Add a product; it starts without stock."""
    product = await catalogue.create(NewProduct(body.sku, body.name, body.price))
    response.headers["Location"] = request.url_for("read_product", product_id=product.id).path
    return ProductRead.model_validate(product)


@router.get("/{product_id}", dependencies=[reading], responses=problems(HTTPStatus.NOT_FOUND))
async def read_product(product_id: UUID, catalogue: CatalogueDep) -> ProductRead:
    """One product, archived or not."""
    return ProductRead.model_validate(await catalogue.get(ProductId(product_id)))


@router.patch("/{product_id}", dependencies=[writing], responses=problems(HTTPStatus.NOT_FOUND))
async def change_product(product_id: UUID, body: ProductPatch, catalogue: CatalogueDep) -> ProductRead:
    """Change what the body names; orders placed before keep their prices."""
    changes = ProductChanges(**body.model_dump(exclude_unset=True))
    return ProductRead.model_validate(await catalogue.change(ProductId(product_id), changes))


@router.delete(
    "/{product_id}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[writing],
    responses=problems(HTTPStatus.NOT_FOUND),
)
async def archive_product(product_id: UUID, catalogue: CatalogueDep) -> None:
    """Take a product off sale."""
    await catalogue.archive(ProductId(product_id))
